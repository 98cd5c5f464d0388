/**
 * The three Vite builds: main process, preload, window. Only `electron` and node-pty (a native module)
 * stay outside; everything else is bundled, so that the app starts without reading node_modules.
 */
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';

const external = ['electron', '@lydell/node-pty', ...builtinModules, /^node:/];

/** @typedef {{ root: string, out: string, test: boolean }} Target */

const common = ({ root }) => ({ root, configFile: false, logLevel: 'warn', publicDir: false });

/**
 * The test flavour differs in one module: its composition root can make up an app. Nothing of that is in
 * the code of the real one.
 */
const chooseApp = ({ root }) => ({
  name: 'hoplab:choose-app',
  enforce: 'pre',
  resolveId(source, importer) {
    const real = source === './app.ts' && importer === join(root, 'main/index.ts');
    return real ? join(root, 'test/fixtures/window/choose-app.ts') : null;
  },
});

/** Electron 25 runs Node 18.15 and loads only CommonJS as its main module. */
const commonJs = (out) => ({
  outDir: out,
  emptyOutDir: false,
  ssr: true,
  target: 'node18.15',
  minify: false,
  sourcemap: true,
  reportCompressedSize: false,
});

/** @param {Target} target */
export function mainConfig(target) {
  const entries = {
    index: 'main/index.ts',
    'pty-host': 'main/terminals/pty-host-entry.ts',
    cli: 'main/cli.ts',
    start: 'main/setup/start.ts',
  };
  const input = Object.fromEntries(
    Object.entries(entries)
      .map(([name, path]) => [name, join(target.root, path)])
      .filter(([, path]) => existsSync(path)),
  );
  return {
    ...common(target),
    plugins: target.test ? [chooseApp(target)] : [],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ...commonJs(join(target.out, 'main')),
      rolldownOptions: {
        input,
        external,
        output: {
          format: 'cjs',
          entryFileNames: '[name].cjs',
          chunkFileNames: 'chunk-[name]-[hash].cjs',
          // Half the text is read in less time at each start; names stay, for whoever reads a stack in the log.
          minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
        },
      },
    },
  };
}

/** A sandboxed preload may require nothing but `electron`: it must be one file. @param {Target} target */
export function preloadConfig(target) {
  return {
    ...common(target),
    ssr: { noExternal: true, target: 'node' },
    build: {
      ...commonJs(join(target.out, 'preload')),
      sourcemap: false,
      rolldownOptions: {
        input: { index: join(target.root, 'main/preload/index.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
        // Of the contract only names are used here; without this its schemas would come along.
        treeshake: { moduleSideEffects: false },
      },
    },
  };
}

/** @param {Target} target */
export function rendererConfig(target) {
  return {
    ...common(target),
    root: join(target.root, 'renderer'),
    base: './',
    plugins: [vue()],
    define: {
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    build: {
      outDir: join(target.out, 'renderer'),
      emptyOutDir: true,
      target: 'chrome114',
      cssTarget: 'chrome114',
      // Scripts come from app://, which the CSP allows; the polyfill would be one more file to load.
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
    },
  };
}
