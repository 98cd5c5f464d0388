/** What the command line asks for. Pure, so that it can be tested without Electron. */
import { resolve } from 'node:path';
import { defaultDataDir } from '../platform/paths.ts';

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
  const dataDir = resolve(flag || defaultDataDir(env));
  const refuse =
    argv.includes('--no-sandbox') && uid !== 0
      ? 'Hoplab does not start with --no-sandbox: only root needs it.'
      : null;
  return { dataDir, refuse };
}
