/**
 * What a machine does when it boots: a node of the sandbox's kind (its /etc, sshd, systemd-resolved, DHCP client), whose
 * root is an overlay on the computer's own, as real as a box's. Pure: text out.
 */
import type { Lab } from '../../../../main/contract/lab.ts';
import { nodeScript, type NodeBoot } from '../../../../main/world/node-boot.ts';
import { bootOf } from '../../../../main/world/node-plan.ts';
import { machineFolder, programs, type Settings, type Vm } from './state.ts';

/** Slots 3, 8, 9 and 10 of the PCI bus, as VirtualBox's chipset hands them out. */
const slots = ['3', '8', '9', '10', '16', '17', '18', '19'];

export const cardName = ({ naming }: Settings, index: number): string =>
  naming === 'eth' ? `eth${String(index)}` : `enp0s${slots[index] ?? '3'}`;

const user = 'vagrant';

/** As cloud-init leaves it in an image: the first card, by DHCP. */
const netplan = (card: string): string =>
  `# This file is generated from information provided by the datasource.\nnetwork:\n    version: 2\n    ethernets:\n        ${card}:\n            dhcp4: true\n`;

export function bootScript(vm: Vm, settings: Settings, { sshd = true } = {}): string {
  const folder = machineFolder(vm.uuid);
  const first = cardName(settings, 0);
  const nat = vm.nics.flatMap((nic, index) =>
    nic.mode === 'nat' ? [{ name: cardName(settings, index), network: 'nat' }] : [],
  );
  const boot = bootOf(guestLab(nat), 'guest', {
    daemons: sshd ? settings.daemons : { ...settings.daemons, sshd: null },
    ranged: true,
    siblings: [],
    userKey: { privateKey: '', publicKey: settings.userKeys.trim() },
    hostKey: { privateKey: settings.hostKey, publicKey: '' },
    welcomePage: '',
  });
  const files: NodeBoot['files'] = [
    ...boot.files.filter(
      // A box knows nothing of the app that drives it.
      ({ path }) =>
        !['/etc/hosts', '/etc/hostname', '/etc/profile', '/etc/bash.bashrc'].includes(path),
    ),
    { path: '/etc/hostname', content: 'vagrant\n' },
    { path: '/etc/hosts', content: '127.0.0.1\tlocalhost\n127.0.1.1\tvagrant\n' },
    {
      path: '/etc/os-release',
      content:
        'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.2 LTS (Noble Numbat)"\nID=ubuntu\nID_LIKE=debian\n',
    },
    { path: '/etc/netplan/50-cloud-init.yaml', content: netplan(first), mode: '600' },
    {
      path: '/etc/hoplab/services/systemd-networkd',
      content: 'Network Configuration\nsleep infinity\n',
    },
    {
      path: '/etc/profile',
      content:
        'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n[ -n "$BASH_VERSION" ] && [ -n "$PS1" ] && . /etc/bash.bashrc\nfor i in /etc/profile.d/*.sh; do [ -r "$i" ] && . "$i"; done; unset i\n',
    },
    { path: '/etc/bash.bashrc', content: "PS1='\\u@\\h:\\w\\$ '\nHISTCONTROL=ignoreboth\n" },
  ];
  const start = [
    // Asked to power off by the button or by systemctl: everything on the machine ends with its first process.
    "trap 'exit 0' TERM",
    '. /opt/hoplab/lib/service; service_start systemd-networkd',
    ...vm.nics.flatMap((nic, index) =>
      nic.mode === 'none' ? [] : [`ip link set ${cardName(settings, index)} up || :`],
    ),
    'netplan apply --boot',
    boot.start,
  ].join('\n');
  return nodeScript(
    { ...boot, hostName: 'vagrant', files, start },
    { go: `${folder}/go`, takeRoot: takeRoot(vm, settings) },
  );
}

/** The shape main/world asks for, with one machine on it. */
function guestLab(interfaces: { name: string; network: string }[]): Lab {
  return {
    id: 'guest',
    folder: 'guest',
    assets: {},
    networks: { nat: { mode: 'nat', subnet: '10.0.2.0/24' } },
    nodes: {
      guest: {
        kind: 'machine',
        box: 'guest',
        user,
        interfaces,
        forwards: [],
        files: [],
        dns: [],
        sysctls: {},
        resolver: true,
      },
    },
  } as unknown as Lab;
}

const devices = [
  ['null', 3],
  ['zero', 5],
  ['full', 7],
  ['random', 8],
  ['urandom', 9],
] as const;

function takeRoot(vm: Vm, settings: Settings): string[] {
  const folder = machineFolder(vm.uuid);
  return [
    `cd ${folder}; mkdir -p up work root`,
    `mount -t overlay overlay -o lowerdir=${programs}/guest:/,upperdir=${folder}/up,workdir=${folder}/work root`,
    'cd root; mkdir -p mnt dev proc sys run tmp opt/hoplab/daemons',
    'mount -t proc proc proc; mount -t sysfs sysfs sys; mount -t tmpfs -o mode=755 tmpfs dev; mount -t tmpfs -o mode=755 tmpfs run; mount -t tmpfs -o mode=1777 tmpfs tmp',
    ...devices.map(([name, minor]) => `mknod -m 666 dev/${name} c 1 ${String(minor)}`),
    'mknod -m 666 dev/tty c 5 0; mkdir dev/pts dev/shm dev/net; mknod -m 666 dev/net/tun c 10 200',
    'mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts; ln -s pts/ptmx dev/ptmx; mount -t tmpfs tmpfs dev/shm',
    'ln -s /proc/self/fd dev/fd; ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr',
    // Of the whole machine; its own network's are written.
    'mount --bind proc/sys proc/sys; mount -o remount,bind,ro proc/sys; mount --bind proc/sys/net proc/sys/net; mount -o remount,bind,rw proc/sys/net',
    ...(settings.daemonFolder ? [`mount --bind ${settings.daemonFolder} opt/hoplab/daemons`] : []),
    'pivot_root . mnt; umount -l /mnt; cd /; mkdir -p /run/lock /run/hoplab /var/log',
    'if [[ -e /var/lib/hoplab-made ]]; then hostname -F /etc/hostname; else hostname vagrant; rm -f /etc/os-release /etc/resolv.conf; rm -rf /etc/netplan /etc/ssh/ssh_config.d /root/.ssh; fi',
  ];
}
