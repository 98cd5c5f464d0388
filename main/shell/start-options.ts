/** What the command line asks for. Pure, so that it can be tested without Electron. */
import { resolve } from 'node:path';
import { defaultDataDir } from '../platform/paths.ts';

export interface StartOptions {
  dataDir: string;
  /** Why the app must not start like this. */
  refuse: string | null;
  /** `--tour=<lab>[:<steps>]`: the window does this lab by itself, then ends. */
  tour: { labId: string; steps?: number } | null;
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
  const [, labId, steps] =
    /^--tour=([a-z0-9-]{1,41})(?::(\d{1,3}))?$/.exec(
      argv.find((word) => word.startsWith('--tour=')) ?? '',
    ) ?? [];
  const tour = labId === undefined ? null : { labId, ...(steps && { steps: Number(steps) }) };
  return { dataDir, refuse, tour };
}
