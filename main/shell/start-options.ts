/** What the command line asks for. Pure, so that it can be tested without Electron. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface StartOptions {
  dataDir: string;
  /** Why the app must not start like this. */
  refuse: string | null;
}

export function readStartOptions(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  uid: number | undefined,
): StartOptions {
  const flag = argv.find((word) => word.startsWith('--data-dir='))?.slice('--data-dir='.length);
  const home = env['XDG_DATA_HOME'] || join(homedir(), '.local/share');
  const dataDir = resolve(flag || join(home, 'hoplab'));
  const refuse =
    argv.includes('--no-sandbox') && uid !== 0
      ? 'Hoplab does not start with --no-sandbox: only root needs it.'
      : null;
  return { dataDir, refuse };
}
