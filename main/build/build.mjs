/**
 * Builds the app into dist/ (`--test`: the test flavour into dist/test/). Does nothing when the sources are
 * those of the last build, so every start may call it. `--force` builds anyway.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceHash } from './source-hash.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const test = process.argv.includes('--test');
const out = join(root, test ? 'dist/test' : 'dist');
const stamp = join(out, '.sources');

const started = performance.now();
const hash = sourceHash(root, [
  'main',
  'renderer',
  'package.json',
  'package-lock.json',
  ...(test ? ['test/fixtures/window'] : []),
]);
if (!process.argv.includes('--force') && isFresh(hash)) process.exit(0);

const { build } = await import('vite');
const { mainConfig, preloadConfig, rendererConfig } = await import('./configs.mjs');
for (const part of ['main', 'preload', 'renderer', '.sources']) {
  rmSync(join(out, part), { recursive: true, force: true });
}
const target = { root, out, test };
await Promise.all([mainConfig, preloadConfig, rendererConfig].map((make) => build(make(target))));
if (test) writeTestPackage();
mkdirSync(out, { recursive: true });
writeFileSync(stamp, hash);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.error(`Built ${test ? 'dist/test' : 'dist'} in ${seconds} s`);

function isFresh(wanted) {
  return (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === wanted &&
    ['main/index.cjs', 'preload/index.cjs', 'renderer/index.html'].every((file) =>
      existsSync(join(out, file)),
    )
  );
}

/** Electron is started on a folder with a package.json; the test flavour has its own. */
function writeTestPackage() {
  const { name, productName, version } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const content = { name, productName, version, main: 'main/index.cjs' };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(content, null, 2)}\n`);
}
