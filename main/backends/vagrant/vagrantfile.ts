/** The Vagrantfile of a lab, from its lab.yaml. Pure. Every name in it has passed a schema of contract/names.ts. */
import { BoxName } from '../../contract/names.ts';
import type { Lab } from '../../contract/lab.ts';
import type { MachineNode } from '../../contract/topology.ts';

/** Maintained, for VirtualBox, x86_64 and arm64 alike (bento's builds.yml, 2026). */
export const usualBox = 'bento/ubuntu-24.04';

export interface VagrantfileOptions {
  /** Box of all machines that name none of their own, and of those whose box is no longer maintained. */
  box?: string;
  /** Another /24 in place of a host-only network's: lab network id → subnet. */
  moved?: Readonly<Record<string, string>>;
}

/** Whether Vagrant would take it for the name of a box, and Ruby for nothing else. */
export const isBoxName = (text: string): boolean => BoxName.safeParse(text).success;

/** Throws when a box's name is none. */
export function vagrantfileOf(lab: Lab, options: VagrantfileOptions = {}): string {
  const machines = Object.entries(lab.nodes).flatMap(([id, spec]) =>
    spec.kind === 'machine' ? machineLines(lab, id, spec, options) : [],
  );
  return [
    `# Made by Hoplab from ${lab.id}/lab.yaml. Change it as you like: a changed file is kept.`,
    'Vagrant.configure("2") do |config|',
    '  config.vm.synced_folder ".", "/vagrant", disabled: true',
    ...machines,
    'end',
    '',
  ].join('\n');
}

function machineLines(
  lab: Lab,
  id: string,
  spec: MachineNode,
  { box = usualBox, moved = {} }: VagrantfileOptions,
): string[] {
  const name = spec.box ?? box;
  if (!isBoxName(name)) throw new Error(`${JSON.stringify(name)} is not the name of a box`);
  const networks = spec.interfaces.flatMap(({ network, address }) => {
    const declared = lab.networks[network];
    const at = address === undefined ? '' : `, ip: "${movedTo(address, moved[network])}"`;
    switch (declared?.mode) {
      case 'host-only':
        return [`    node.vm.network "private_network"${at}`];
      case 'internal':
        return [`    node.vm.network "private_network"${at}, virtualbox__intnet: "${network}"`];
      // The first card of every machine is NAT already; which device to bridge to is asked in the window.
      default:
        return [];
    }
  });
  const forwards = spec.forwards
    .filter(({ guestPort }) => guestPort !== 22)
    .map(
      ({ name: rule, host, hostPort, guestPort }) =>
        `    node.vm.network "forwarded_port", id: "${rule}", host_ip: "${host}", host: ${String(hostPort)}, guest: ${String(guestPort)}, auto_correct: true`,
    );
  return [
    `  config.vm.define "${id}" do |node|`,
    `    node.vm.box = "${name}"`,
    `    node.vm.hostname = "${id}"`,
    ...networks,
    ...forwards,
    '    node.vm.provider "virtualbox" do |vb|',
    '      vb.memory = 1024',
    '      vb.cpus = 1',
    '    end',
    '  end',
  ];
}

/** The same place in another /24: `192.168.50.4` in `192.168.56.0/24` is `192.168.56.4`. */
function movedTo(address: string, subnet: string | undefined): string {
  if (subnet === undefined) return address;
  return `${subnet.split('.').slice(0, 3).join('.')}.${address.split('.')[3] ?? ''}`;
}
