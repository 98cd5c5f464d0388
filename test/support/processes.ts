/** Who is there: processes, their namespaces and mounts, read from /proc. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface Process {
  pid: number;
  parent: number;
  namespaces: string[];
}

const kinds = ['net', 'mnt', 'pid', 'user', 'uts', 'ipc'];

/** Every process we may look at. */
export function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const state = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
        if (state === 'Z') return [];
        return [
          {
            pid: Number(name),
            parent,
            namespaces: kinds.map((kind) => `${kind} ${readlinkSync(`/proc/${name}/ns/${kind}`)}`),
          },
        ];
      } catch {
        return [];
      }
    });
}

/** A process and all that come from it. */
export function family(root: number, all = processes()): Process[] {
  const found = all.filter((item) => item.pid === root);
  for (const member of found)
    found.push(...all.filter((item) => item.parent === member.pid && !found.includes(item)));
  return found;
}

/** Namespaces of these processes that we are not in ourselves. */
export function foreignNamespaces(members: Process[]): Set<string> {
  const ours = new Set(kinds.map((kind) => `${kind} ${readlinkSync(`/proc/self/ns/${kind}`)}`));
  return new Set(members.flatMap((item) => item.namespaces).filter((name) => !ours.has(name)));
}

/** Waits until a condition holds; fails with its description after a while. Asks, does not guess a time. */
export async function eventually(
  what: string,
  test: () => boolean,
  limitMs = 10_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!test()) {
    if (Date.now() > end) throw new Error(`${what}: not within ${String(limitMs)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
