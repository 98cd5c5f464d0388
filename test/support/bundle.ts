/** Part of the app in one file, for tests that run it in a process of its own. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');

/** One file of all that `entry` imports. */
export async function bundle(entry: string, file: string, format: 'es' | 'cjs'): Promise<void> {
  const outDir = mkdtempSync(join(dirname(file), 'bundle-'));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      outDir,
      emptyOutDir: true,
      ssr: true,
      target: 'node20',
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: entry,
        external: [...builtinModules, /^node:/, '@lydell/node-pty', 'electron'],
        output: { format, entryFileNames: basename(file), codeSplitting: false },
      },
    },
  });
  copyFileSync(join(outDir, basename(file)), file);
  rmSync(outDir, { recursive: true });
}
