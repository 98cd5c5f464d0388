/** One text file for a bug report: versions, health and the end of the log. No lab text, no shell history. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import type { BackendHealth } from '../contract/health.ts';

export interface BundleParts {
  dataDir: string;
  versions: Record<string, string>;
  health: BackendHealth[];
  logFile: string;
}

/** Answers the path of the file. Rejects with the system's error, when the disk is full. */
export async function writeLogBundle({
  dataDir,
  versions,
  health,
  logFile,
}: BundleParts): Promise<string> {
  const folder = join(dataDir, 'reports');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `hoplab-report-${new Date().toISOString().replace(/[:.]/g, '-')}.txt`);
  const log = await readFile(logFile, 'utf8').catch(() => '(no log yet)');
  const text = [
    'Hoplab report',
    ...Object.entries({
      ...versions,
      kernel: release(),
      platform: `${process.platform} ${process.arch}`,
    }).map(([key, value]) => `${key}: ${value}`),
    '',
    'Health',
    JSON.stringify(health, null, 2),
    '',
    'Log',
    log.slice(-200_000),
  ].join('\n');
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
