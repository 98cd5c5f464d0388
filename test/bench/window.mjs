/**
 * The window's figures, each side by side with what it is compared with, on a real Electron. Prints them as JSON
 * and nothing else; `hoplab bench` runs this. `node test/bench/window.mjs latency idle` measures only these.
 */
import { idle } from './idle.mjs';
import { latency } from './latency.mjs';
import { start } from './start.mjs';
import { interrupt, throughput } from './terminal.mjs';
import { ensureDisplay, prepare } from './electron.mjs';
import { openLabWindow } from './lab-window.mjs';
import { notMeasured } from './figure.mjs';

const limitMs = 90_000;
const chosen = process.argv.slice(2);
const all = { start, idle, latency, throughput, interrupt };
const wanted = Object.entries(all).filter(([name]) => chosen.length === 0 || chosen.includes(name));

/** What a page never answers must not keep the others waiting. */
function inTime(measuring) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([measuring, late]).finally(() => clearTimeout(timer));
}

const endDisplay = await ensureDisplay();
const figures = [];
let lab = null;
try {
  const executable = prepare();
  for (const [name, measure] of wanted) {
    try {
      if (measure !== start) lab ??= await openLabWindow(executable);
      const withLab = {
        idle: [executable, lab],
        throughput: [executable, lab],
        start: [executable],
      };
      const measuring = measure(...(withLab[name] ?? [lab]));
      figures.push(...(await inTime(measuring)));
    } catch (error) {
      figures.push(notMeasured(name, String(error).split('\n')[0]));
    }
  }
} finally {
  await lab?.end();
  endDisplay();
}
console.log(JSON.stringify(figures, null, 2));
process.exit(0);
