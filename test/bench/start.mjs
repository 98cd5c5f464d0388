/** From the start of the process until the window can be used, against an empty window of the same Electron. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { median, ratio } from './figure.mjs';
import { flags, here, project, remove, scratch } from './electron.mjs';

const rounds = 6;
const limitMs = 20_000;
const app = (folder) => [
  `--measure=${join(project, 'dist/main/index.cjs')}`,
  `--data-dir=${folder}`,
  '--button=[data-testid^="open-lab-"]',
];
const bare = (folder) => [
  `--measure=${join(here, 'empty-window/main.cjs')}`,
  `--user-data-dir=${folder}`,
];

export async function start(executable) {
  const [ourFolder, emptyFolder] = [scratch(), scratch()];
  const ours = [];
  const empty = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await once(executable, app(ourFolder)));
      empty.push(await once(executable, bare(emptyFolder)));
    }
  } finally {
    remove(ourFolder);
    remove(emptyFolder);
  }
  // The first of each makes its profile folder.
  const of = (times) => median(times.slice(1));
  return [ratio('window interactive', of(ours), of(empty), 'empty window', 1.5, 'ms', 'at-most')];
}

/**
 * Milliseconds until the page has painted its largest text. The app draws its catalogue at once, with its buttons
 * alive, so that this is when it can be used. No driver while it starts: it would delay both and hide the difference.
 */
async function once(executable, args) {
  const began = Date.now();
  const child = spawn(executable, [...flags, join(here, 'measured-start'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const late = setTimeout(() => child.kill('SIGKILL'), limitMs);
  try {
    let text = '';
    for await (const piece of child.stdout.setEncoding('utf8')) {
      text += piece;
      const painted = /^painted ([\d.]+)\n/m.exec(text)?.[1];
      if (painted) return Number(painted) - began;
    }
    throw new Error('the window was never painted');
  } finally {
    clearTimeout(late);
    child.kill('SIGKILL');
    await ended;
  }
}
