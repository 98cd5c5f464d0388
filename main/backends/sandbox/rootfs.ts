/**
 * The sandbox's own root: a tmpfs that holds nothing of the real machine but its programs, read-only
 * (/usr and what points into it), a handful of harmless device nodes, and daemons the app brings along.
 * After the pivot the real root is gone: not read-only, gone. Pure: text in, bash out.
 */
import { quote, writeFile } from '../../world/shell-script.ts';

/** Alternatives the labs' tools are reached through; copying all of /etc/alternatives costs 10 ms. */
const alternatives = [
  'iptables',
  'iptables-save',
  'iptables-restore',
  'ip6tables',
  'ip6tables-save',
  'ip6tables-restore',
  'ebtables',
  'arptables',
  'telnet',
  'nc',
  'netcat',
  'awk',
  'nawk',
  'pager',
  'editor',
  'vi',
  'view',
  'traceroute',
  'ping',
];
/** What programs read from /etc and nobody minds being seen. */
const etc = [
  'ld.so.cache',
  'nsswitch.conf',
  'protocols',
  'services',
  'ethertypes',
  'iproute2',
  'localtime',
  'terminfo',
  'inputrc',
  'gai.conf',
  'bash_completion.d',
  'rpc',
];
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'net/tun'];
/** Folders that are links into /usr on most systems and folders of their own on the rest. */
const system = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

export interface RootfsOptions {
  /** Where the unpacked daemons are on the real machine, or null when there are none. */
  daemons: string | null;
  /** Programs of the sandbox: path below /opt/hoplab → content. */
  programs: Record<string, string>;
  /** Kilobytes the lab's files may take altogether. */
  sizeKb: number;
}

/** Bash for the lab's first process, still in the real root: builds the new root and moves into it. */
export function rootfsScript({ daemons, programs, sizeKb }: RootfsOptions): string {
  const root = '$ROOT';
  const mounts = [
    `/usr ${root}/usr none rbind,ro 0 0`,
    ...devices.map((name) => `/dev/${name} ${root}/dev/${name} none bind 0 0`),
    `proc ${root}/proc proc nosuid,nodev,noexec 0 0`,
    `sysfs ${root}/sys sysfs nosuid,nodev,noexec 0 0`,
    ...(daemons ? [`${fstabPath(daemons)} ${root}/opt/hoplab/daemons none rbind,ro 0 0`] : []),
  ];
  return [
    'set -e',
    'for ROOT in /mnt /media /srv /opt /tmp; do [[ -d $ROOT && ! -L $ROOT ]] && break; done',
    `mount -t tmpfs -o mode=755,size=${String(sizeKb)}k hoplab $ROOT`,
    'cd "$ROOT"',
    `mkdir -p usr dev/net dev/pts dev/shm proc sys run tmp mnt opt/hoplab/daemons base nodes`,
    `for name in ${devices.join(' ')}; do : >dev/$name; done`,
    `MOUNTS=$(printf '%s\\n' ${mounts.map((line) => `"${line}"`).join(' ')})`,
    // Where /bin and its like are folders and not links, they come in read-only as /usr does.
    `for name in ${system.join(' ')}; do`,
    `  if [[ -L /$name ]]; then ln -s "$(readlink /$name)" $name`,
    `  elif [[ -d /$name ]]; then mkdir $name base/$name; MOUNTS+=$'\\n'"/$name $ROOT/$name none rbind,ro 0 0"; fi`,
    'done',
    'printf "%s\\n" "$MOUNTS" >fstab',
    'mount -a -T "$ROOT/fstab"',
    'ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd; ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr',
    'cd base',
    'mkdir -p usr dev proc sys mnt tmp run/lock run/hoplab var/tmp var/log var/lib var/cache home root etc/alternatives etc/ssh opt/hoplab/daemons opt/hoplab/bin opt/hoplab/host opt/hoplab/lib srv media',
    'chmod 1777 tmp var/tmp; chmod 700 root; ln -s /run var/run',
    `for name in ${system.join(' ')}; do [[ -L ../$name ]] && ln -s "$(readlink ../$name)" $name; done`,
    `copy=(); for name in ${etc.join(' ')}; do [[ -e /etc/$name ]] && copy+=(/etc/$name); done`,
    'cp -rL "${copy[@]}" etc/ 2>/dev/null || :',
    `for name in ${alternatives.join(' ')}; do [[ -L /etc/alternatives/$name ]] && ln -s "$(readlink /etc/alternatives/$name)" etc/alternatives/$name; done`,
    'ln -s /proc/self/mounts etc/mtab',
    ...Object.entries(programs).map(([path, content]) => writeFile(`opt/hoplab/${path}`, content)),
    `chmod 755 ${Object.keys(programs)
      .map((path) => quote(`opt/hoplab/${path}`))
      .join(' ')}`,
    // sudo for users other than 0: a set-user-ID copy, honoured inside this user namespace only.
    'cp "$(type -P setpriv)" opt/hoplab/lib/become; chmod 4755 opt/hoplab/lib/become',
    'cd "$ROOT"; pivot_root . mnt; cd /; umount -l /mnt',
    'mkfifo /ready; exec 7<>/ready',
    'hostname hoplab',
    'set +e',
  ].join('\n');
}

/** fstab(5) writes a space as \040; a path with a newline cannot be written at all. */
function fstabPath(path: string): string {
  if (/[\n"$`\\]/.test(path)) throw new Error(`the path ${path} cannot be mounted`);
  return path.replaceAll(' ', '\\\\040').replaceAll('\t', '\\\\011');
}
