/** What a lab costs while nobody does anything: everything that belongs to the app, above an empty window. */
import { above } from './figure.mjs';
import { cpuShares, untilQuiet, wait } from './cpu.mjs';
import { bareArgs, launch, remove, scratch } from './electron.mjs';
import { closeAllPanels, openAllPanels } from './lab-window.mjs';

const seconds = 15;
/**
 * A lab that has just come up is not idle: its interfaces announce themselves for a while (RFC 4861, 6.3.7), which the
 * panels show, and the window tidies its memory.
 */
const settleMs = 35_000;

export async function idle(executable, lab) {
  const folder = scratch();
  const empty = await launch(executable, bareArgs('empty-window', folder));
  try {
    await openAllPanels(lab);
    const pids = [lab.pid, empty.pid];
    await untilQuiet(pids);
    await wait(settleMs);
    const [ours, reference] = await cpuShares(pids, seconds);
    return [
      above(
        'idle, 6 nodes and all panels open, above an empty window',
        ours,
        reference,
        'empty window',
        1,
        '% of a core',
      ),
    ];
  } finally {
    await empty.end();
    remove(folder);
    await closeAllPanels(lab);
  }
}
