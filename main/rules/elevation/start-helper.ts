/** Starts the helper one of the ways there are and answers its pipes, when it has been let in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFailure } from '../../contract/failure.ts';
import { run, start } from '../../platform/run.ts';
import type { Argv, ProcessHandle } from '../../transports/transport.ts';
import type { HelperPipes } from './helper-client.ts';
import type { Way } from './ways.ts';

const conversation = `
printf 'Hoplab asks for permission to change this computer for the lab.\nIt keeps it while this terminal is open; closing it takes everything back.\n\n'
"$@" <"$HOPLAB_IN" >"$HOPLAB_OUT"`;

/** Opens a terminal in the window that runs one program; `close` hangs it up. */
export type AskTerminal = (argv: Argv) => Promise<{ ended: Promise<number | null>; close(): void }>;

export interface Started extends HelperPipes {
  kill(): void;
}

/** Starts it; that it was let in shows in its first answer, that it was not in its end. */
export async function startHelper(way: Way, tmp: string, ask: AskTerminal): Promise<Started> {
  return way.kind === 'terminal' ? throughTerminal(way.argv, tmp, ask) : direct(way.argv);
}

function direct(argv: Argv): Started {
  const child = start(argv, { stdio: ['pipe', 'pipe', 'ignore'], cwd: '/' });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new LabFailure('internal', 'no pipes');
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => {
      resolve(code ?? 137);
    });
    child.once('error', () => {
      resolve(127);
    });
  });
  return { stdin, stdout, ended, kill: () => child.kill('SIGTERM') };
}

/**
 * sudo reads the password from its terminal (sudo(8)), so its standard input and output are free for the helper's
 * conversation: two named pipes only this user can open. The terminal stays while the permission does: closing it takes it back.
 */
async function throughTerminal(argv: Argv, tmp: string, ask: AskTerminal): Promise<Started> {
  const folder = await mkdtemp(join(tmp, 'rights-'));
  const [into, from] = [join(folder, 'in'), join(folder, 'out')];
  await run(['mkfifo', '-m', '600', into, from]);
  const writer = pipe(['sh', '-c', 'exec cat >"$0"', into]);
  const reader = pipe(['sh', '-c', 'exec cat <"$0"', from]);
  const terminal = await ask([
    'env',
    `HOPLAB_IN=${into}`,
    `HOPLAB_OUT=${from}`,
    'bash',
    '-c',
    conversation,
    'hoplab',
    ...argv,
  ]);
  const ended = terminal.ended.then(async (code) => {
    writer.kill();
    reader.kill();
    await rm(folder, { recursive: true, force: true });
    return code ?? 1;
  });
  return { stdin: writer.stdin, stdout: reader.stdout, ended, kill: () => terminal.close() };
}

function pipe(argv: Argv): Pick<ProcessHandle, 'stdin' | 'stdout' | 'kill'> {
  const child = start(argv, { stdio: ['pipe', 'pipe', 'ignore'] });
  if (!child.stdin || !child.stdout) throw new LabFailure('internal', 'no pipes');
  return { stdin: child.stdin, stdout: child.stdout, kill: () => child.kill('SIGKILL') };
}
