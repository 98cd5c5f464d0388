/** Keys for ssh into a lab's machines, made anew for each lab (ECDSA P-256, RFC 5656). */
import { generateKeyPairSync } from 'node:crypto';

export interface SshKey {
  /** PEM, as ssh reads it. */
  privateKey: string;
  /** One line for authorized_keys. */
  publicKey: string;
}

const field = (data: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
};

export function makeSshKey(comment: string): SshKey {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ]);
  const blob = Buffer.concat([
    field(Buffer.from('ecdsa-sha2-nistp256')),
    field(Buffer.from('nistp256')),
    field(point),
  ]);
  return {
    privateKey: pair.privateKey.export({ format: 'pem', type: 'sec1' }).toString(),
    publicKey: `ecdsa-sha2-nistp256 ${blob.toString('base64')} ${comment}`,
  };
}
