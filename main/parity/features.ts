/** What may differ for a learner between a lab in namespaces and the same lab as containers: one thing each. */
import type { WorldKind } from '../backends/registry.ts';
import type { Lab } from '../contract/lab.ts';

/** A lab that runs, to be asked. */
export interface Probe {
  lab: Lab;
  /** The host's id, and the first machine's where there is one. */
  host: string;
  machine: string | null;
  /** Output of bash as root on a node, trimmed. */
  ask(node: string, script: string): Promise<string>;
  /** The road a terminal of the node takes. */
  road(node: string): Promise<string>;
  openMs: number;
  machineMs: number;
}

export interface Feature {
  id: string;
  title: string;
  /** Steps that deal with it say or type this. */
  about: RegExp;
  /** Whether the lab has it at all; the others always. */
  applies?(lab: Lab): boolean;
  /** Absent where it takes a crash, or more than one run, to see it. */
  read?(probe: Probe): Promise<string>;
  /** What is said where it cannot be read. */
  declared: Record<WorldKind, string>;
}

const kinds = (lab: Lab) => new Set(Object.values(lab.nodes).map((node) => node.kind));
const hasMachine = (lab: Lab): boolean => kinds(lab).has('machine');
const hasNat = (lab: Lab): boolean =>
  Object.values(lab.networks).some((network) => network.mode === 'nat');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** One line an interface: name, driver, MTU. */
const cards = `for card in /sys/class/net/*; do name=\${card##*/}; [[ $name == lo ]] && continue
echo "$name $(ethtool -i "$name" | sed -n 's/^driver: //p') $(<"$card/mtu")"; done`;

const attempt = (command: string): string =>
  `if ${command} >/dev/null 2>&1; then echo allowed; else echo refused; fi`;

export const features: readonly Feature[] = [
  {
    id: 'open',
    title: 'Lab opened in',
    about: /(?!)/,
    read: ({ openMs }) => Promise.resolve(seconds(openMs)),
    declared: { sandbox: 'about 0.2 s', docker: 'one to two seconds' },
  },
  {
    id: 'machine',
    title: 'Machines started in',
    about: /vagrant up/,
    applies: hasMachine,
    read: ({ machineMs }) => Promise.resolve(seconds(machineMs)),
    declared: { sandbox: 'about 0.3 s', docker: 'about a second' },
  },
  {
    id: 'cards',
    title: 'Interfaces: driver, MTU',
    about: /ethtool|ifconfig|ip (addr|link)/,
    read: async ({ ask, host, machine }) =>
      [await ask(host, cards), machine && (await ask(machine, cards))].filter(Boolean).join('\n'),
    declared: { sandbox: 'veth and bridge, 1500', docker: 'veth and bridge, 1500' },
  },
  {
    id: 'nat-owner',
    title: 'Who holds the connections of NAT on the host',
    about: /netstat|slirp4netns/,
    applies: hasNat,
    read: async ({ ask, host }) =>
      (await ask(host, 'ps -C slirp4netns -o comm= | sort -u')) || 'nobody',
    declared: { sandbox: 'slirp4netns', docker: 'slirp4netns' },
  },
  {
    id: 'names-of-processes',
    title: 'sudo netstat -p names',
    about: /netstat|ss -\w*p/,
    read: ({ ask, host }) =>
      ask(
        host,
        "setpriv --reuid=1000 --regid=1000 --clear-groups sleep 3 & sleep 0.1; if readlink /proc/$!/fd/0 >/dev/null; then echo 'every process'; else echo \"root's processes only\"; fi; kill $!",
      ),
    declared: { sandbox: 'every process', docker: "root's processes only" },
  },
  {
    id: 'terminal',
    title: 'Terminals of the host enter it by',
    about: /(?!)/,
    read: ({ road, host }) => road(host),
    declared: { sandbox: 'sandbox', docker: 'docker exec' },
  },
  {
    id: 'machine-terminal',
    title: 'Terminals of a machine enter it by',
    about: /vagrant ssh|setlinkstate/,
    applies: hasMachine,
    read: async ({ road, machine }) => (machine ? await road(machine) : ''),
    declared: { sandbox: 'ssh through the port forward', docker: 'ssh through the port forward' },
  },
  {
    id: 'first-process',
    title: "A node's process 1 (ps)",
    about: /\bps\b/,
    read: ({ ask, host }) => ask(host, 'ps -p 1 -o args='),
    declared: {
      sandbox: '/bin/bash … /nodes/host/init',
      docker: '/bin/bash -c eval "$HOPLAB_BOOT"',
    },
  },
  {
    id: 'programs',
    title: 'Programs are those of',
    about: /(?!)/,
    read: ({ ask, host }) =>
      ask(
        host,
        "ip -V | sed 's/.*iproute2/iproute2/'; iptables -V; curl -V | cut -d' ' -f1,2 | head -n1",
      ),
    declared: { sandbox: 'your system', docker: 'the image: Debian 13' },
  },
  {
    id: 'shells',
    title: 'Shells for terminals',
    about: /(?!)/,
    read: ({ ask, host }) =>
      ask(host, 'for name in bash zsh fish; do type -P $name >/dev/null && echo $name; done'),
    declared: { sandbox: 'those of your system', docker: 'bash' },
  },
  {
    id: 'own-namespaces',
    title: "The learner's own ip netns add, unshare",
    about: /ip netns|unshare/,
    read: ({ ask, host }) =>
      ask(host, `${attempt('ip netns add parity')}; ip netns del parity 2>/dev/null`),
    declared: { sandbox: 'allowed', docker: 'refused' },
  },
  {
    id: 'mounts',
    title: 'Mounting, as root',
    about: /\bmount\b/,
    read: ({ ask, host }) =>
      ask(host, `${attempt('mount -t tmpfs tmpfs /media')}; umount /media 2>/dev/null`),
    declared: { sandbox: 'allowed', docker: 'refused' },
  },
  {
    id: 'usr',
    title: 'Writing to /usr, as root',
    about: /apt(-get)? install/,
    read: ({ ask, host }) => ask(host, `${attempt('touch /usr/.parity')}; rm -f /usr/.parity`),
    declared: { sandbox: 'refused', docker: 'allowed' },
  },
  {
    id: 'root',
    title: 'root of a node is',
    about: /(?!)/,
    read: ({ ask, host }) =>
      ask(
        host,
        "read -r _ outside count </proc/self/uid_map; if [[ $outside == 0 && $count == 4294967295 ]]; then echo \"root of the engine's machine, without its rights\"; else echo 'an ordinary id of yours, or nobody'; fi",
      ),
    declared: {
      sandbox: 'an ordinary id of yours, or nobody',
      docker: "root of the engine's machine, without its rights",
    },
  },
  {
    id: 'name-servers',
    title: "NAT asks the host's name servers",
    about: /resolv\.conf/,
    applies: hasNat,
    declared: {
      sandbox: 'as they are at the moment',
      docker: 'as they were when the machine started',
    },
  },
  {
    id: 'crash',
    title: 'Files of a machine whose first process was killed',
    about: /(?!)/,
    applies: hasMachine,
    declared: { sandbox: 'are there when it starts again', docker: 'are gone: it starts anew' },
  },
  {
    id: 'docker-exec',
    title: 'docker exec -it typed on the host',
    about: /docker exec/,
    applies: (lab) => kinds(lab).has('container'),
    declared: { sandbox: 'a terminal', docker: 'a terminal of 80 columns' },
  },
];
