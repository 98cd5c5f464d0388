/** The private keys a machine may let us in with. */
import { access, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The machine's own, which Vagrant makes at the first start; before that the ones every box knows. */
export async function keysOf(data: string, env: Record<string, string>): Promise<string[]> {
  const own = join(data, 'private_key');
  const home = env['VAGRANT_HOME'] ?? join(env['HOME'] ?? homedir(), '.vagrant.d');
  const known = join(home, 'insecure_private_keys');
  const others = await readdir(known).catch(() => []);
  const candidates = [
    own,
    ...others.map((name) => join(known, name)),
    join(home, 'insecure_private_key'),
  ];
  const there = await Promise.all(
    candidates.map((file) =>
      access(file).then(
        () => [file],
        () => [],
      ),
    ),
  );
  const found = there.flat();
  return found[0] === own ? [own] : found;
}
