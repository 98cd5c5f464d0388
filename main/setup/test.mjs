/**
 * `npm test`: brings what is missing, then check, unit, integration and end-to-end tests. The last line
 * counts them all. What mostly waits goes on beside something else and is printed when its turn comes.
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
const e2eMachines = [
  process.execPath,
  'test/e2e/run.mjs',
  '--output=test/results/e2e-machines-files',
];

/** `beside`: go on, one after the other, in the background from there on, and are printed when their own turn comes. */
const stages = [
  { name: 'prepare', argv: [process.execPath, 'main/setup/start.mjs', '--prepare'] },
  { name: 'unit', argv: vitest('unit'), count: vitestCount, beside: ['check'] },
  { name: 'check', argv: ['npm', 'run', '--silent', 'check'] },
  {
    name: 'integration',
    argv: vitest('integration'),
    count: vitestCount,
    beside: ['machines', 'e2e-machines'],
  },
  { name: 'e2e', argv: [process.execPath, 'test/e2e/run.mjs'], count: playwrightCount },
  { name: 'machines', argv: vitest('machines'), count: vitestCount },
  { name: 'e2e-machines', argv: e2eMachines, count: playwrightCount },
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

const background = new Map();

const environment = (name) => ({
  ...process.env,
  PLAYWRIGHT_JSON_OUTPUT_NAME: `${results}/${name}.json`,
  PLAYWRIGHT_JUNIT_OUTPUT_NAME: `${results}/${name}.xml`,
  ...(name === 'e2e' && { HOPLAB_E2E: 'quick' }),
  ...(name === 'e2e-machines' && { HOPLAB_E2E: 'machines' }),
});

/** Begins a stage, when the one before it has ended, and keeps its output until its turn. */
function begin(name, before) {
  const { argv } = stages.find((stage) => stage.name === name);
  const ended = before.then(
    () =>
      new Promise((resolve) => {
        const child = spawn(argv[0], argv.slice(1), {
          cwd: root,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: environment(name),
        });
        let text = '';
        for (const stream of [child.stdout, child.stderr])
          stream.setEncoding('utf8').on('data', (piece) => (text += piece));
        child.once('close', (status) => resolve({ status, text }));
      }),
  );
  background.set(name, async () => {
    const { status, text } = await ended;
    console.log(text.trim());
    return status;
  });
  return ended;
}

/** Not spawnSync: what goes on beside it must be read meanwhile. */
function foreground(name, argv) {
  const child = spawn(argv[0], argv.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: environment(name),
  });
  return new Promise((resolve) => {
    child.once('close', resolve);
  });
}

let passed = 0;
let failed = 0;
let broken = null;
for (const { name, argv, count, beside = [] } of stages) {
  const began = Date.now();
  console.log(`\n── ${name}`);
  beside.reduce((before, each) => begin(each, before), Promise.resolve());
  const status = await (background.get(name)?.() ?? foreground(name, argv));
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
