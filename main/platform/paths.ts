/** Where the app keeps its things. Everything it writes lies below one of these. */
import { homedir } from 'node:os';
import { join } from 'node:path';

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Settings, progress, logs, journals. As root it is a folder other ids can pass through, because the
 * sandbox runs under one of them.
 */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env['HOPLAB_DATA']) return env['HOPLAB_DATA'];
  if (isRoot()) return '/var/lib/hoplab';
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'hoplab');
}

/** What can be fetched again: unpacked daemons, the offline Electron. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env['HOPLAB_CACHE']) return env['HOPLAB_CACHE'];
  if (isRoot()) return '/var/cache/hoplab';
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hoplab');
}
