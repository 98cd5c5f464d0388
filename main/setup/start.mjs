/** `npm start`: checks Node, builds what has changed, and hands over to start.ts. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Hoplab needs Node 20.19 or later; this is ${process.version}.`);
  process.exit(1);
}
const run = (file, args) =>
  spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
process.exit(run('main/build/build.mjs', []) || run('dist/main/start.cjs', process.argv.slice(2)));
