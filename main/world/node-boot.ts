/**
 * A node's first process, as bash: it takes the node's root, names itself, writes its files, waits until
 * its interfaces are plugged in, configures them and starts what the node runs. Then it sleeps: when it
 * ends, the kernel ends everything on the node. Pure: a plan in, text out.
 */
import type { NodeFile } from './node-files.ts';
import { quote, writeFile } from './shell-script.ts';

export interface NodeBoot {
  /** The node's id: its folder below /nodes. */
  id: string;
  hostName: string;
  sysctls: Record<string, string>;
  files: NodeFile[];
  user: string;
  /** Whether users other than 0 exist. */
  ranged: boolean;
  /** Lines of `ip -batch`, run once the interfaces are there. */
  ip: string[];
  /** Input of iptables-restore, or empty. */
  firewall: string;
  /** Bash that starts the node's daemons. */
  start: string;
}

/** Values every node gets, whatever the machine it runs on has: a new namespace inherits some of them. */
const defaults: Record<string, string> = {
  'net.ipv4.ip_forward': '0',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
};

export const sysctlPath = (key: string): string => `/proc/sys/${key.replaceAll('.', '/')}`;

function fileLines(boot: NodeBoot): string[] {
  const folders = [
    ...new Set(boot.files.map((file) => file.path.replace(/\/[^/]+$/, '')).filter(Boolean)),
  ];
  const lines = [`mkdir -p ${folders.map(quote).join(' ')}`];
  for (const file of boot.files) {
    lines.push(writeFile(file.path, file.content));
    if (file.mode) lines.push(`chmod ${file.mode} ${quote(file.path)}`);
  }
  if (boot.user !== 'root') {
    const home = `/home/${boot.user}`;
    lines.push(`mkdir -p ${home}`);
    if (boot.ranged) lines.push(`chown -R 1000:1000 ${home}`);
  }
  return lines;
}

/** How a backend's nodes come by their root, and where they are told to go on. */
export interface Footing {
  /** A fifo. */
  go: string;
  takeRoot: readonly string[];
}

/** The script. It speaks to the lab's first process through fd 7: `made`, `up`, or `fail` and what failed. */
export function nodeScript(boot: NodeBoot, { go, takeRoot }: Footing): string {
  const { id } = boot;
  // Groups that do not exist inside cannot be named (icmp(7)).
  const groups = boot.ranged ? '0 65535' : '0 0';
  const settings = { ...defaults, 'net.ipv4.ping_group_range': groups, ...boot.sysctls };
  return [
    `set -E; trap 'printf "fail ${id} %s\\n" "$BASH_COMMAND" >&7; exit 1' ERR`,
    // Open before anybody is told, so that what is written to it waits there.
    `exec 8<>${go}`,
    `printf 'made ${id}\\n' >&7`,
    ...takeRoot,
    // A halted machine keeps its disk: its files are written only once.
    'if [[ ! -e /var/lib/hoplab-made ]]; then',
    ...fileLines(boot),
    ': >/var/lib/hoplab-made; else rm -rf /run/*; mkdir -p /run/hoplab /run/lock; fi',
    ...Object.entries(settings).map(
      ([key, value]) => `printf %s ${quote(value)} >${sysctlPath(key)}`,
    ),
    'read -r -t 30 -u 8 _',
    `ip -batch - <<'IP'\nlink set lo up\n${boot.ip.join('\n')}\nIP`,
    ...(boot.firewall ? [`iptables-restore -w 5 <<'RULES'\n${boot.firewall}\nRULES`] : []),
    'export PATH=/opt/hoplab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    boot.start,
    `printf 'up ${id}\\n' >&7`,
    'exec 7>&- 8>&-; trap - ERR',
    // A pipe nobody writes to: the shell sleeps in read, and reaps what is orphaned on the node.
    'exec {idle}<> <(:); while :; do read -r -u "$idle" || :; done',
  ].join('\n');
}
