/** What the sandbox needs of this machine, looked for one by one; never throws. */
import { access, constants } from 'node:fs/promises';
import type { BackendHealth, HealthItem } from '../../contract/health.ts';
import { run } from '../../platform/run.ts';
import { findDaemons } from './daemons.ts';
import { identify } from './identity.ts';

/** Program → Debian package. */
export const tools: Record<string, string> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  ip: 'iproute2',
  ss: 'iproute2',
  iptables: 'iptables',
  nft: 'nftables',
  slirp4netns: 'slirp4netns',
  newuidmap: 'uidmap',
  ifconfig: 'net-tools',
  route: 'net-tools',
  arp: 'net-tools',
  netstat: 'net-tools',
  ping: 'iputils-ping',
  curl: 'curl',
  telnet: 'telnet',
  ethtool: 'ethtool',
  jq: 'jq',
  tcpdump: 'tcpdump',
  conntrack: 'conntrack',
  busybox: 'busybox',
  dnsmasq: 'dnsmasq-base',
  ssh: 'openssh-client',
  hostname: 'hostname',
};

const folders = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin', '/usr/local/sbin'];

/** Programs that are not there, sorted. */
export async function missingTools(names = Object.keys(tools)): Promise<string[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const places = await Promise.all(
        folders.map((folder) =>
          access(`${folder}/${name}`).then(
            () => true,
            () => false,
          ),
        ),
      );
      return places.some(Boolean);
    }),
  );
  return names.filter((_, index) => !found[index]).sort();
}

export async function probeSandbox(options: {
  cacheDir: string;
  unshare?: string;
}): Promise<BackendHealth> {
  const items = await Promise.all([
    namespaces(options.unshare ?? 'unshare'),
    ids(),
    tun(),
    programs(),
    daemons(options.cacheDir),
  ]);
  const broken = items.filter((item) => item.status === 'missing');
  return {
    backend: 'sandbox',
    usable: broken.length === 0,
    summary:
      broken.length === 0
        ? 'Ready: labs run in private namespaces, nothing of your machine is touched.'
        : `Not usable yet: ${broken.map((item) => item.title.toLowerCase()).join(', ')}.`,
    items,
  };
}

async function namespaces(unshare: string): Promise<HealthItem> {
  const result = await run(
    [unshare, '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', 'true'],
    { timeoutMs: 5000 },
  ).catch((error: unknown) => ({ code: 1, stderr: String(error), stdout: '' }));
  const apparmor = await run(['sysctl', '-n', 'kernel.apparmor_restrict_unprivileged_userns'], {
    timeoutMs: 3000,
  }).catch(() => null);
  const restricted = apparmor?.stdout.trim() === '1';
  const limit = await run(['sysctl', '-n', 'user.max_user_namespaces'], { timeoutMs: 3000 }).catch(
    () => null,
  );
  const zero = limit?.stdout.trim() === '0';
  const command = restricted
    ? 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
    : zero
      ? 'sudo sysctl -w user.max_user_namespaces=15000'
      : 'sudo sysctl -w kernel.unprivileged_userns_clone=1';
  return {
    id: 'user-namespaces',
    title: 'User namespaces',
    backend: 'sandbox',
    status: result.code === 0 ? 'ok' : 'missing',
    wanted: 'an ordinary user may make private namespaces',
    found:
      result.code === 0 ? 'allowed' : `refused: ${result.stderr.trim().split('\n').at(-1) ?? ''}`,
    why: 'The whole lab lives in namespaces of its own; that is why it needs no root and leaves nothing behind.',
    fix:
      result.code === 0
        ? null
        : restricted
          ? 'AppArmor forbids them on this Ubuntu. Install Hoplab from its .deb, which brings a profile that allows it for Hoplab only; or allow it for every program until the next start with the line below.'
          : 'The system forbids them. Allow them until the next start with the line below, or ask who runs this machine.',
    command: result.code === 0 ? null : command,
  };
}

async function ids(): Promise<HealthItem> {
  const identity = await identify().catch(() => null);
  const ranged = identity?.ranged ?? false;
  const advice = identity?.advice ?? null;
  return {
    id: 'subordinate-ids',
    title: 'A range of user ids',
    backend: 'sandbox',
    status: ranged ? 'ok' : 'warning',
    wanted: 'uidmap, and a line for you in /etc/subuid and /etc/subgid',
    found: ranged ? 'there' : (advice ?? 'not there'),
    why: 'With it the machines have users of their own, and ssh can log one in. Without it everything else works, and vagrant ssh does not.',
    fix: ranged ? null : advice,
    command: ranged
      ? null
      : (/(sudo .*)$/.exec(advice ?? '')?.[1] ?? 'sudo apt-get install -y uidmap'),
  };
}

/** The hypervisor's NAT reads frames from a tap; as root the sandbox gets a device node of its own. */
async function tun(): Promise<HealthItem> {
  const allowed =
    process.getuid?.() === 0 ||
    (await access('/dev/net/tun', constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    ));
  const there = await access('/dev/net/tun').then(
    () => true,
    () => false,
  );
  return {
    id: 'tun',
    title: 'Tap devices',
    backend: 'sandbox',
    status: allowed ? 'ok' : 'warning',
    wanted: 'everybody may read and write /dev/net/tun',
    found: allowed ? 'allowed' : there ? 'only root may' : 'no /dev/net/tun',
    why: 'The NAT card of a virtual machine ends in one. Without it, machines with a NAT card do not start.',
    fix: allowed
      ? null
      : 'Most systems allow it from the start. Allow it until the next start with the line below.',
    command: allowed ? null : there ? 'sudo chmod 666 /dev/net/tun' : 'sudo modprobe tun',
  };
}

async function programs(): Promise<HealthItem> {
  const missing = await missingTools();
  const packages = [...new Set(missing.map((name) => tools[name] ?? name))].sort();
  return {
    id: 'programs',
    title: 'Network programs',
    backend: 'sandbox',
    status: missing.length === 0 ? 'ok' : 'missing',
    wanted: 'the programs the labs teach',
    found: missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`,
    why: 'The labs use the real programs of your system, inside the sandbox.',
    fix: missing.length === 0 ? null : 'Install them; they start nothing on your machine.',
    command: missing.length === 0 ? null : `sudo apt-get install -y ${packages.join(' ')}`,
  };
}

async function daemons(cacheDir: string): Promise<HealthItem> {
  const { missing } = await findDaemons(cacheDir).catch(() => ({
    missing: ['sshd', 'nginx', 'resolved'],
  }));
  return {
    id: 'daemons',
    title: 'Daemons inside the labs',
    backend: 'sandbox',
    status: missing.length === 0 ? 'ok' : 'warning',
    wanted: 'sshd, nginx and systemd-resolved, of the system or unpacked in Hoplab’s cache',
    found: missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`,
    why: 'They run on the lab’s machines only. They are never installed, because installing them would start services here.',
    fix:
      missing.length === 0 ? null : 'Start Hoplab with npm start: it downloads and unpacks them.',
    command: null,
  };
}
