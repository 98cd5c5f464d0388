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
/** `beside`: goes on in the background from there on, and is printed when its own turn comes. */
const stages = [
  { name: 'prepare', argv: [process.execPath, 'main/setup/start.mjs', '--prepare'] },
  { name: 'unit', argv: vitest('unit'), count: vitestCount, beside: ['check'] },
  { name: 'check', argv: ['npm', 'run', '--silent', 'check'] },
  { name: 'integration', argv: vitest('integration'), count: vitestCount, beside: ['machines'] },
  { name: 'machines', argv: vitest('machines'), count: vitestCount },
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

const background = new Map();

/** Begins a stage whose output is kept until its turn. */
function begin(name) {
  const { argv } = stages.find((stage) => stage.name === name);
  const child = spawn(argv[0], argv.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece) => (text += piece));
  const ended = new Promise((resolve) => {
    child.once('close', resolve);
  });
  background.set(name, async () => {
    const status = await ended;
    console.log(text.trim());
    return status;
  });
}

/** Not spawnSync: what goes on beside it must be read meanwhile. */
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
for (const { name, argv, count, beside = [] } of stages) {
  const began = Date.now();
  console.log(`\n── ${name}`);
  beside.forEach(begin);
  const status = await (background.get(name)?.() ?? foreground(argv));
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
