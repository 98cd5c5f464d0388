/**
 * The ways out of the learner's own computer, as its kernel has them: which devices, to which router, which one the kernel takes, and
 * what kind of network each is. A VPN is one too: it puts its own default route first, or two halves of one that win by being
 * longer (OpenVPN: 0.0.0.0/1 and 128.0.0.0/1), or keeps it in a table of its own (wg-quick, Tailscale).
 */
import { access, readFile } from 'node:fs/promises';
import { canonicalCidr, contains } from '../../labs/ipv4.ts';
import { run } from '../../platform/run.ts';

export type UplinkKind = 'ethernet' | 'wifi' | 'mobile' | 'ppp' | 'vpn';

export interface Uplink {
  device: string;
  kind: UplinkKind;
  /** This computer's own there. */
  address: string;
  /** CIDR of the network it is on. */
  subnet: string;
  /** Null where a wire leads to one far end and there is no network with a router, as with most VPNs. */
  gateway: string | null;
}

/** One a lab can take for its LAN: its steps ask a router, and masquerade out of the device. */
export type LanUplink = Uplink & { gateway: string };

export const hasRouter = (uplink: Uplink): uplink is LanUplink => uplink.gateway !== null;

export interface RouteJson {
  type?: string;
  dst?: string;
  gateway?: string;
  dev?: string;
  metric?: number;
  table?: string;
  nexthops?: { gateway?: string; dev?: string }[];
}
export interface AddressJson {
  ifname?: string;
  addr_info?: { family?: string; local?: string; prefixlen?: number }[];
}

/** What /sys/class/net/<device> says of a device. */
export interface Signs {
  /** DEVTYPE of `uevent`: wlan, wwan, wireguard, ppp, bridge, …; empty for a plain card. */
  devtype: string;
  /** `type`: ARPHRD_ of linux/if_arp.h. 1 is Ethernet. */
  type: number;
  /** `tun_flags` is there: a program made it (TUN/TAP). */
  isTun: boolean;
  /** `phy80211` or `wireless` is there. */
  isWireless: boolean;
}

/** ARPHRD_PPP; then those of IP in IP, SIT, GRE, and ARPHRD_NONE (linux/if_arp.h): tunnels, all of them. */
const ppp = 512;
const tunnels = [768, 776, 778, 65534];

/** Pure. */
export function kindOf({ devtype, type, isTun, isWireless }: Signs): UplinkKind {
  if (isWireless || devtype === 'wlan') return 'wifi';
  if (devtype === 'wwan') return 'mobile';
  if (isTun || devtype === 'wireguard' || tunnels.includes(type)) return 'vpn';
  return type === ppp || devtype === 'ppp' ? 'ppp' : 'ethernet';
}

/** Where routes to everywhere may hide. */
const everywhere = ['default', '0.0.0.0/1', '128.0.0.0/1'];

interface Way {
  device: string;
  gateway: string | undefined;
  metric: number;
  isWhole: boolean;
}

export interface Found {
  /** `ip -4 -j route show table all` */
  routes: readonly RouteJson[];
  /** `ip -4 -j addr show` */
  links: readonly AddressJson[];
  kinds: Readonly<Record<string, UplinkKind>>;
  /** `ip -4 -j route get` to somewhere on the internet: the way the kernel takes. */
  taken: RouteJson | null;
}

/** The way the kernel takes first, then the others as it would. Pure. */
export function uplinksOf({ routes, links, kinds, taken }: Found): Uplink[] {
  const first = ({ device, gateway }: Way) =>
    device === taken?.dev && gateway === taken.gateway ? 0 : 1;
  const ways = waysOf(routes).sort(
    (a, b) => first(a) - first(b) || Number(a.isWhole) - Number(b.isWhole) || a.metric - b.metric,
  );
  const found = new Map<string, Uplink>();
  for (const way of ways) {
    const uplink = uplinkOf(way, links, kinds[way.device] ?? 'ethernet');
    if (uplink && !found.has(idOf(uplink))) found.set(idOf(uplink), uplink);
  }
  return [...found.values()];
}

/** The same for the same way out, today and tomorrow. */
export const idOf = ({ device, gateway }: Uplink): string =>
  [device, gateway ?? ''].join(' ').trim();

function waysOf(routes: readonly RouteJson[]): Way[] {
  return routes.flatMap(({ type = 'unicast', dst, gateway, dev, metric = 0, table, nexthops }) => {
    if (type !== 'unicast' || table === 'local' || !everywhere.includes(dst ?? '')) return [];
    const hops = nexthops ?? [{ ...(gateway && { gateway }), ...(dev && { dev }) }];
    return hops.flatMap((hop) =>
      hop.dev
        ? [{ device: hop.dev, gateway: hop.gateway, metric, isWhole: dst === 'default' }]
        : [],
    );
  });
}

function uplinkOf(
  { device, gateway }: Way,
  links: readonly AddressJson[],
  kind: UplinkKind,
): Uplink | null {
  const addresses = (links.find(({ ifname }) => ifname === device)?.addr_info ?? []).flatMap(
    ({ family, local, prefixlen = 24 }) =>
      family === 'inet' && local
        ? [{ address: local, subnet: canonicalCidr(`${local}/${String(prefixlen)}`) }]
        : [],
  );
  const near = addresses.find(({ subnet }) => gateway !== undefined && contains(subnet, gateway));
  const own = near ?? addresses[0];
  if (!own) return null;
  // A cloud's router may lie outside of one's own network; a VPN's far end is no router of a network.
  const isRouter = near !== undefined || (kind !== 'vpn' && kind !== 'ppp');
  return { device, kind, ...own, gateway: isRouter ? (gateway ?? null) : null };
}

/** For documentation and nobody's own (RFC 5737): the kernel's answer is its way to the internet. Nothing is sent. */
const somewhere = '203.0.113.1';

export interface Network {
  /** The way the kernel takes first; empty without a network. */
  uplinks: Uplink[];
  /** CIDRs that are somewhere already: of the computer's own cards, its containers and its VPNs. */
  taken: string[];
}

/** Rejects with `cancelled` when the signal says so, and with nothing else. */
export async function readNetwork(
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<Network> {
  const ip = <T>(...words: string[]) => readJson<T>(['ip', '-4', '-j', ...words], env, signal);
  const [routes, links, [taken = null]] = await Promise.all([
    ip<RouteJson>('route', 'show', 'table', 'all'),
    ip<AddressJson>('addr', 'show'),
    ip<RouteJson>('route', 'get', somewhere),
  ]);
  const devices = [...new Set(waysOf(routes).map(({ device }) => device))];
  const kinds = await Promise.all(
    devices.map(async (device) => [device, kindOf(await readSigns(device))] as const),
  );
  return {
    uplinks: uplinksOf({ routes, links, kinds: Object.fromEntries(kinds), taken }),
    taken: takenOf(routes),
  };
}

/** Host-only networks are VirtualBox's own: a lab shares one that is there. Pure. */
export const takenOf = (routes: readonly RouteJson[]): string[] =>
  routes.flatMap(({ type = 'unicast', dst = '', dev = '' }) =>
    type === 'unicast' &&
    /^[\d.]+(\/\d+)?$/.test(dst) &&
    !everywhere.includes(dst) &&
    !/^vboxnet/.test(dev)
      ? [dst.includes('/') ? dst : `${dst}/32`]
      : [],
  );

async function readSigns(device: string): Promise<Signs> {
  const at = `/sys/class/net/${device}`;
  const text = (name: string) => readFile(`${at}/${name}`, 'utf8').catch(() => '');
  const isThere = (name: string) => access(`${at}/${name}`).then(...yesOrNo);
  const [uevent, type, isTun, ...wireless] = await Promise.all([
    text('uevent'),
    text('type'),
    isThere('tun_flags'),
    isThere('phy80211'),
    isThere('wireless'),
  ]);
  return {
    devtype: /^DEVTYPE=(.*)$/m.exec(uevent)?.[1] ?? '',
    type: Number(type.trim() || '1'),
    isTun,
    isWireless: wireless.some(Boolean),
  };
}

const yesOrNo = [() => true, () => false] as const;

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
