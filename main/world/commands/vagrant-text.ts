/** The words of Vagrant 2.4, as its own recordings and templates/locales/en.yml have them. Pure. */
import type { Lab } from '../../contract/lab.ts';
import type { MachineNode } from '../../contract/topology.ts';
import type { Machine } from '../hypervisor.ts';
import { articleBox } from '../node-files.ts';

export const noEnvironment = `A Vagrant environment or target machine is required to run this
command. Run \`vagrant init\` to create a new Vagrant environment. Or,
get an ID of a target machine from \`vagrant global-status\` to run
this command on. A final option is to change to a directory with a
Vagrantfile and to try again.`;

export const notCreated = `VM must be created before running this command. Run \`vagrant up\` first.`;

export const notRunning = `VM must be running to open SSH connection. Run \`vagrant up\`
to start the virtual machine.`;

export const machineNotFound = (name: string): string =>
  `The machine with the name '${name}' was not found configured for
this Vagrant environment.`;

export const portIntro = `The forwarded ports for the machine are listed below. Please note that
these values may differ from values configured in the Vagrantfile if the
provider supports automatic port collision detection and resolution.
`;

const adapters: Partial<Record<string, string>> = {
  nat: 'nat',
  'host-only': 'hostonly',
  internal: 'intnet',
  bridged: 'bridged',
};

export function beforeBoot(lab: Lab, name: string, spec: MachineNode, first: boolean): string[] {
  const steps = first
    ? [
        `==> ${name}: Importing base box '${spec.box ?? articleBox}'...`,
        `==> ${name}: Matching MAC address for NAT networking...`,
      ]
    : [];
  return [
    ...steps,
    `==> ${name}: Clearing any previously set network interfaces...`,
    `==> ${name}: Preparing network interfaces based on configuration...`,
    ...spec.interfaces.map(
      (item, index) =>
        `    ${name}: Adapter ${String(index + 1)}: ${adapters[lab.networks[item.network]?.mode ?? ''] ?? 'nat'}`,
    ),
    `==> ${name}: Forwarding ports...`,
    ...spec.forwards.map(
      (rule) =>
        `    ${name}: ${String(rule.guestPort)} (guest) => ${String(rule.hostPort)} (host) (adapter 1)`,
    ),
    `==> ${name}: Booting VM...`,
    `==> ${name}: Waiting for machine to boot. This may take a few minutes...`,
  ];
}

export function afterBoot(machine: Machine): string[] {
  const { node, spec } = machine;
  const port = machine.forwards.find((rule) => rule.guestPort === 22)?.hostPort ?? 2222;
  return [
    `    ${node}: SSH address: 127.0.0.1:${String(port)}`,
    `    ${node}: SSH username: ${spec.user ?? 'vagrant'}`,
    `    ${node}: SSH auth method: private key`,
    `==> ${node}: Machine booted and ready!`,
  ];
}

export interface MachineState {
  name: string;
  state: 'running' | 'poweroff' | 'not_created';
}

const long: Record<MachineState['state'], string> = {
  running: `The VM is running. To stop this VM, you can run \`vagrant halt\` to
shut it down forcefully, or you can run \`vagrant suspend\` to simply
suspend the virtual machine. In either case, to restart it again,
simply run \`vagrant up\`.`,
  poweroff: `The VM is powered off. To restart the VM, simply run \`vagrant up\``,
  not_created: `The environment has not yet been created. Run \`vagrant up\` to
create the environment. If a machine is not created, only the
default provider will be shown. So if a provider is not listed,
then the machine is not created for that environment.`,
};

const several = `This environment represents multiple VMs. The VMs are all listed
above with their current state. For more information about a specific
VM, run \`vagrant status NAME\`.`;

const short = (state: string): string => state.replace('_', ' ');

export function status(states: MachineState[]): string[] {
  const rows = states.map(({ name, state }) => `${name.padEnd(25)} ${short(state)} (virtualbox)`);
  const closing = states.length === 1 ? long[states[0]?.state ?? 'not_created'] : several;
  return ['Current machine states:', '', ...rows, '', ...closing.split('\n')];
}

/** `timestamp,target,type,data`: commas and line ends in data are escaped (vagrant lib/vagrant/ui.rb). */
export function machineReadableStatus(states: MachineState[], now: number): string[] {
  const escape = (data: string): string =>
    data.replaceAll(',', '%!(VAGRANT_COMMA)').replaceAll('\n', '\\n');
  const line = (target: string, type: string, ...data: string[]): string =>
    [String(now), target, type, ...data.map(escape)].join(',');
  return [
    ...states.map(({ name }) => line(name, 'metadata', 'provider', 'virtualbox')),
    ...states.flatMap(({ name, state }) => [
      line(name, 'provider-name', 'virtualbox'),
      line(name, 'state', state),
      line(name, 'state-human-short', short(state)),
      line(name, 'state-human-long', long[state]),
    ]),
    line('', 'ui', 'info', status(states).join('\n')),
  ];
}

export function sshConfig(name: string, user: string, port: number, key: string): string {
  return `Host ${name}
  HostName 127.0.0.1
  User ${user}
  Port ${String(port)}
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile ${key}
  IdentitiesOnly yes
  LogLevel FATAL
  PubkeyAcceptedKeyTypes +ssh-rsa
  HostKeyAlgorithms +ssh-rsa
`;
}

export function globalStatus(
  rows: { id: string; name: string; state: string; folder: string }[],
): string[] {
  if (rows.length === 0) {
    return [
      'id       name   provider   state  directory',
      '--------------------------------------------------------------------',
      'There are no active Vagrant environments on this computer! Or,',
      "you haven't destroyed and recreated Vagrant environments that were",
      'started with an older version of Vagrant.',
    ];
  }
  return [
    'id       name   provider   state    directory',
    '-------------------------------------------------------------------------',
    ...rows.map(
      (row) => `${row.id}  ${row.name.padEnd(6)} virtualbox ${row.state.padEnd(8)} ${row.folder}`,
    ),
  ];
}
