/**
 * `npm test`: brings what is missing, then check, unit, integration and end-to-end tests. The last line
 * counts them all. The check only reads, so it goes on beside the first tests and is printed when they are through.
 */
import { spawn } from 'node:child_process';
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
  { name: 'unit', argv: vitest('unit'), count: vitestCount, beside: 'check' },
  { name: 'integration', argv: vitest('integration'), count: vitestCount },
  { name: 'check' },
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

/** Runs in the background; resolves with its exit status and what it printed. */
function beginCheck() {
  const child = spawn('npm', ['run', '--silent', 'check'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece) => (text += piece));
  return new Promise((resolve) => {
    child.once('close', (status) => resolve({ status, text }));
  });
}

async function endCheck() {
  const { status, text } = await check;
  console.log(text.trim());
  return status;
}

/** Not spawnSync: the check's output must be read meanwhile. */
function foreground(argv) {
  const child = spawn(argv[0], argv.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: `${results}/e2e.json` },
  });
  return new Promise((resolve) => {
    child.once('close', resolve);
  });
}

let passed = 0;
let failed = 0;
let broken = null;
let check = null;
for (const { name, argv, count, beside } of stages) {
  const began = Date.now();
  console.log(`\n── ${name}`);
  if (beside === 'check') check = beginCheck();
  const status = await (argv ? foreground(argv) : endCheck());
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
