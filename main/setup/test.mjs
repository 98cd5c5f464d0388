/** `npm test`: brings what is missing, then check, unit, integration and end-to-end tests, and one closing line. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stages = [
  ['prepare', process.execPath, 'main/setup/start.mjs', '--prepare'],
  ['check', 'npm', 'run', '--silent', 'check'],
  ['unit', 'npm', 'run', '--silent', 'test:unit'],
  ['integration', 'npm', 'run', '--silent', 'test:integration'],
  ['e2e', 'npm', 'run', '--silent', 'test:e2e'],
];
for (const [name, program, ...args] of stages) {
  const began = Date.now();
  console.log(`\n── ${name}`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  const seconds = Math.round((Date.now() - began) / 1000);
  if (status !== 0) {
    console.error(`\nThe stage “${name}” failed after ${seconds} s.`);
    process.exit(status ?? 1);
  }
  console.log(`── ${name}: ${seconds} s`);
}
console.log('\nAll stages passed.');
