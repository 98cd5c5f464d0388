/** What the learner's own computer is like, where a lab needs to know: read, because every computer is another. */
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { Lab } from '../../contract/lab.ts';

/** The lab's servers as this computer finds them by the names the lab gives them. Never rejects. */
export async function resolveServers(lab: Lab): Promise<Record<string, string>> {
  const names = Object.values(lab.nodes).flatMap((spec) =>
    spec.kind === 'router' ? Object.entries(spec.names) : [],
  );
  const found: Record<string, string> = {};
  await Promise.all(
    Object.entries(lab.nodes).map(async ([id, { kind, interfaces }]) => {
      const address = interfaces[0]?.address;
      const name = names.find(([, of]) => of === address)?.[0];
      if (kind !== 'server' || name === undefined) return;
      const real = await lookup(name, { family: 4 }).catch(() => null);
      if (real) found[id] = real.address;
    }),
  );
  return found;
}

/** Whether this computer passes packets on now: one with Docker mostly does. Never rejects. */
export async function readForwarding(): Promise<'0' | '1'> {
  const text = await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8').catch(() => '0');
  return text.trim() === '1' ? '1' : '0';
}
