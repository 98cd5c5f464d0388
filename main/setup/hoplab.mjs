/** Builds what has changed, then runs the command line. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = spawnSync(process.execPath, ['main/build/build.mjs'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(built.status ?? 1);
// npm runs scripts in the project's folder; names on the command line are meant from where it was typed.
const cwd = process.env.INIT_CWD ?? process.cwd();
const run = spawnSync(process.execPath, [`${root}/dist/main/cli.cjs`, ...process.argv.slice(2)], {
  cwd,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
