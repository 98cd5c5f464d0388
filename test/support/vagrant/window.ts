/**
 * A program that starts another inside the computer, as Playwright starts Electron: the debugging ports it announces are carried
 * out of the computer's network, by a socket in the folder both sides see.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Computer } from './computer.ts';

/** Inside: a socket file leads to a port. */
const inner = `import { connect, createServer } from 'node:net';
const [file, port] = process.argv.slice(2);
createServer((from) => {
  const to = connect(Number(port), '127.0.0.1');
  from.pipe(to).pipe(from);
  for (const end of [from, to]) end.on('error', () => { from.destroy(); to.destroy(); });
}).listen(file, () => console.log('ready'));
process.stdin.resume().on('end', () => process.exit());
`;

/** Outside: the same port leads to the socket file. What the program says is passed on when the way is open. */
const outer = (computer: Computer, executable: string): string => `#!${process.execPath}
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
const into = ${JSON.stringify(computer.argv([]))};
const start = (words, stdio) => spawn(into[0], [...into.slice(1), ...words], { stdio });
const child = start([${JSON.stringify(executable)}, ...process.argv.slice(2)], ['ignore', 'inherit', 'pipe']);
const relays = [];
async function carry(port) {
  const file = ${JSON.stringify(join(computer.folder, 'port-'))} + port;
  const relay = start([process.execPath, ${JSON.stringify(join(computer.folder, 'relay.mjs'))}, file, port], ['pipe', 'pipe', 'inherit']);
  relays.push(relay);
  await new Promise((resolve) => relay.stdout.once('data', resolve));
  const server = createServer((from) => {
    const to = connect(file);
    from.pipe(to).pipe(from);
    for (const end of [from, to]) end.on('error', () => { from.destroy(); to.destroy(); });
  });
  await new Promise((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
child.once('close', (code) => {
  for (const relay of relays) relay.stdin.destroy();
  process.exit(code ?? 1);
});
for await (const line of createInterface(child.stderr)) {
  const [, port] = /listening on ws:\\/\\/127\\.0\\.0\\.1:(\\d+)\\//.exec(line) ?? [];
  if (port) await carry(port);
  process.stderr.write(line + '\\n');
}
`;

/** Answers the program to start in the executable's place. */
export function insideOf(computer: Computer, executable: string): string {
  writeFileSync(join(computer.folder, 'relay.mjs'), inner);
  const file = join(computer.folder, 'electron.mjs');
  writeFileSync(file, outer(computer, executable));
  chmodSync(file, 0o755);
  return file;
}
