/** Boxes made on the spot, and a web server whose connection breaks in the middle of one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Computer } from './computer.ts';

const ovf = `<?xml version="1.0"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References>
    <File ovf:id="file1" ovf:href="box-disk001.vmdk"/>
  </References>
  <VirtualSystem ovf:id="ubuntu-24.04-amd64">
    <Name>ubuntu-24.04-amd64</Name>
    <VirtualHardwareSection>
      <Item><rasd:Caption xmlns:rasd="http://schemas.dmtf.org/ovf/resource">adapter</rasd:Caption></Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;

/** The MAC of the image's first card, which Vagrant gives to every machine of it. */
const vagrantfile = `Vagrant.configure("2") do |config|
  config.vm.base_mac = "080027AABBCC"
end
`;

/** Makes a box file in the computer's folder. `padding`: bytes of noise, so that a download takes its time. */
export function makeBox(computer: Computer, { padding = 0 } = {}): string {
  const folder = mkdtempSync(join(computer.folder, 'box-'));
  const parts = join(folder, 'parts');
  mkdirSync(parts);
  writeFileSync(join(parts, 'metadata.json'), '{"provider":"virtualbox"}\n');
  writeFileSync(join(parts, 'box.ovf'), ovf);
  writeFileSync(join(parts, 'Vagrantfile'), vagrantfile);
  const disk = join(parts, 'box-disk001.vmdk');
  writeFileSync(disk, '# Disk DescriptorFile\n');
  if (padding > 0)
    execFileSync('bash', ['-c', 'head -c "$1" /dev/urandom >>"$2"', '-', String(padding), disk]);
  const file = join(folder, 'package.box');
  execFileSync('tar', ['-czf', file, '-C', parts, '.']);
  rmSync(parts, { recursive: true });
  return file;
}

/** What a learner has after the first download. */
export async function addBox(computer: Computer, name: string): Promise<void> {
  const file = makeBox(computer);
  const { code, stdout, stderr } = await computer.bash(
    `vagrant box add --name '${name}' '${file}'`,
  );
  if (code !== 0) throw new Error(`vagrant box add: ${stdout}${stderr}`);
}

export interface BoxServer {
  /** For `config.vm.box_url`, or `vagrant box add`. */
  url: string;
  stop(): Promise<void>;
}

/**
 * A web server in the computer that offers a box. Unless `whole`, each connection is cut when half of it has been sent, and
 * the rest cannot be asked for. `slowly`: it takes some seconds, so that its progress can be seen.
 */
export async function serveBox(
  computer: Computer,
  { whole = false, slowly = false, padding = 4_000_000, port = 8099 } = {},
): Promise<BoxServer> {
  const file = makeBox(computer, { padding });
  const script = join(computer.folder, `server-${String(port)}.mjs`);
  writeFileSync(
    script,
    `import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const box = readFileSync(${JSON.stringify(file)});
createServer((request, answer) => {
  answer.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': box.length });
  if (request.method === 'HEAD') return answer.end();
  if (${String(whole)}) return answer.end(box);
  const parts = ${String(slowly)} ? 40 : 1;
  const size = box.length / 2 / parts;
  let sent = 0;
  const send = () => {
    if (sent === parts) return answer.socket?.destroySoon();
    answer.write(box.subarray(sent * size, ++sent * size), () => setTimeout(send, parts > 1 ? 100 : 0));
  };
  send();
}).listen(${String(port)}, '127.0.0.1');
`,
  );
  const pidFile = `${script}.pid`;
  const { code, stderr } = await computer.bash(
    `setsid ${process.execPath} ${script} </dev/null >/dev/null 2>&1 & echo $! >${pidFile}
     for ((n = 0; n < 300; n++)); do curl -sfI 127.0.0.1:${String(port)} >/dev/null && exit 0; sleep 0.01; done; exit 1`,
  );
  if (code !== 0) throw new Error(`the box server does not start: ${stderr}`);
  return {
    url: `http://127.0.0.1:${String(port)}/package.box`,
    stop: async () => {
      await computer.bash(`kill $(cat ${pidFile})`);
    },
  };
}
