/**
 * `npm test`: brings what is missing, then check, unit, integration and end-to-end tests. The last line
 * counts them all.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = `${root}/test/results`;
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const vitest = (project) => [
  process.execPath,
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config=test/vitest.config.ts',
  `--project=${project}`,
  '--reporter=default',
  '--reporter=json',
  `--outputFile=test/results/${project}.json`,
];
const stages = [
  { name: 'prepare', argv: [process.execPath, 'main/setup/start.mjs', '--prepare'] },
  { name: 'check', argv: ['npm', 'run', '--silent', 'check'] },
  { name: 'unit', argv: vitest('unit'), count: vitestCount },
  { name: 'integration', argv: vitest('integration'), count: vitestCount },
  { name: 'e2e', argv: [process.execPath, 'test/e2e/run.mjs'], count: playwrightCount },
];

const read = (name) => JSON.parse(readFileSync(`${results}/${name}.json`, 'utf8'));

function vitestCount(name) {
  const { numPassedTests, numFailedTests } = read(name);
  return { passed: numPassedTests, failed: numFailedTests };
}

function playwrightCount(name) {
  const { expected, unexpected, flaky } = read(name).stats;
  return { passed: expected + flaky, failed: unexpected };
}

let passed = 0;
let failed = 0;
let broken = null;
for (const { name, argv, count } of stages) {
  const began = Date.now();
  console.log(`\n── ${name}`);
  const { status } = spawnSync(argv[0], argv.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: `${results}/e2e.json` },
  });
  console.log(
    `── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - began) / 1000)} s`,
  );
  try {
    const counted = count?.(name) ?? { passed: 0, failed: 0 };
    passed += counted.passed;
    failed += counted.failed;
  } catch (error) {
    if (status === 0) throw error;
  }
  if (status === 0) continue;
  broken = name;
  break;
}
if (broken) console.error(`\nThe stage “${broken}” failed.`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(broken ? 1 : 0);
