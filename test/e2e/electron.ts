/** Which Electron the tests run on: found once, kept with the other caches. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findElectron } from '../../main/setup/electron-runtime.ts';
import { defaultCacheDir } from '../../main/platform/paths.ts';

let found: Promise<string> | null = null;

export function electronExecutable(): Promise<string> {
  found ??= findElectron({ cacheDir: defaultCacheDir(), log: (line) => console.error(line) }).then(
    ({ executable }) => executable,
  );
  return found;
}

/** A short path: Chromium puts a socket below it, and those have short names only. */
export const scratch = join(tmpdir(), 'hl-');
