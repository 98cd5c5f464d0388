/** Processor time of a process and everything it started, namespaces of a lab included, from /proc. */
import { readFileSync, readdirSync } from 'node:fs';

/** USER_HZ of every Linux that Electron runs on (sysconf(3), _SC_CLK_TCK). */
const ticksPerSecond = 100;

function all() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // proc_pid_stat(5), counted from the state, which follows the name in brackets.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        // Own time, and that of children that have ended and were waited for.
        const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
        return [{ pid: Number(name), parent: Number(fields[1]), ticks }];
      } catch {
        return [];
      }
    });
}

/** Seconds. */
export function cpuOf(root) {
  const processes = all();
  const found = processes.filter(({ pid }) => pid === root);
  for (const member of found)
    found.push(...processes.filter(({ parent }) => parent === member.pid));
  return found.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}

export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Percent of one core, over so many seconds, for several at once. */
export async function cpuShares(pids, seconds) {
  const before = pids.map(cpuOf);
  const began = performance.now();
  await wait(seconds * 1000);
  const took = (performance.now() - began) / 1000;
  return pids.map((pid, index) => ((cpuOf(pid) - before[index]) / took) * 100);
}

/** Until what was begun has come to rest. */
export async function untilQuiet(pids, percent = 8, limitMs = 15_000) {
  const end = performance.now() + limitMs;
  for (;;) {
    const shares = await cpuShares(pids, 1);
    if (shares.every((share) => share < percent) || performance.now() > end) return;
  }
}
