/** Where the learner's own computer stands in its network: read, because every computer is another. */
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import type { Lab } from '../../contract/lab.ts';
import { canonicalCidr as canonical } from '../../labs/ipv4.ts';
import { run } from '../../platform/run.ts';

export interface Uplink {
  device: string;
  address: string;
  /** CIDR of the network it is on. */
  subnet: string;
  gateway: string;
  metric: number;
}

interface RouteJson {
  dst?: string;
  gateway?: string;
  dev?: string;
  metric?: number;
}
interface AddressJson {
  ifname?: string;
  addr_info?: { family?: string; local?: string; prefixlen?: number }[];
}

/** Ways out by a gateway of a network the computer is on, the one the kernel prefers first. Pure. */
export function uplinksOf(routes: readonly RouteJson[], links: readonly AddressJson[]): Uplink[] {
  return routes
    .flatMap(({ dst, gateway, dev, metric = 0 }): Uplink[] => {
      const info = links
        .find(({ ifname }) => ifname === dev)
        ?.addr_info?.find(({ family }) => family === 'inet');
      if (dst !== 'default' || !gateway || !dev || !info?.local) return [];
      const subnet = canonical(`${info.local}/${String(info.prefixlen ?? 24)}`);
      return [{ device: dev, address: info.local, subnet, gateway, metric }];
    })
    .sort((a, b) => a.metric - b.metric);
}

/** Empty without a network. Rejects with `cancelled` when the signal says so, and with nothing else. */
export async function readUplinks(
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<Uplink[]> {
  const [routes, links] = await Promise.all([
    readJson<RouteJson>(['ip', '-4', '-j', 'route', 'show', 'default'], env, signal),
    readJson<AddressJson>(['ip', '-4', '-j', 'addr', 'show'], env, signal),
  ]);
  return uplinksOf(routes, links);
}

async function readJson<T>(
  argv: [string, ...string[]],
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<T[]> {
  try {
    const { stdout } = await run(argv, { env, signal, timeoutMs: 5_000 });
    const value = JSON.parse(stdout || '[]') as unknown;
    return Array.isArray(value) ? (value as T[]) : [];
  } catch (error) {
    if (signal.aborted) throw error;
    return [];
  }
}

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
