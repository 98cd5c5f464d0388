/** What a lab costs while nobody does anything: everything that belongs to the app, above an empty window. */
import { above } from './figure.mjs';
import { cpuShares, untilQuiet } from './cpu.mjs';
import { bareArgs, launch, remove, scratch } from './electron.mjs';
import { closeAllPanels, openAllPanels } from './lab-window.mjs';

const seconds = 15;

export async function idle(executable, lab) {
  const folder = scratch();
  const empty = await launch(executable, bareArgs('empty-window', folder));
  try {
    await openAllPanels(lab);
    const pids = [lab.pid, empty.pid];
    await untilQuiet(pids);
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
