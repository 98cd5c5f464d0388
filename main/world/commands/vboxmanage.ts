/** `vboxmanage` of the lab: answers as VBoxManage 7.2 does; cables and ports are really changed. */
import { LabFailure } from '../../contract/failure.ts';
import type { Machine, PortRule } from '../hypervisor.ts';
import { interfacesOf } from '../plan.ts';
import { each, unknown, type Command, type Reply } from './answer.ts';
import type { Machinery } from './machinery.ts';
import { human, machineReadable, type VmInfo } from './vminfo.ts';

const knows =
  'list vms|runningvms|hostonlyifs, showvminfo NAME [--machinereadable], controlvm NAME setlinkstateN on|off, controlvm NAME natpfN RULE|delete RULENAME, controlvm NAME poweroff';

export function vboxmanage(machinery: Machinery): Command {
  return async (request, reply) => {
    const [verb = '', ...rest] = request.args;
    switch (verb) {
      case '--version':
      case '-v':
      case '-V':
        reply.out('7.2.22r172500');
        return 0;
      case 'list':
        return list(machinery, reply, rest);
      case 'showvminfo':
        return showvminfo(machinery, reply, rest);
      case 'controlvm':
        return controlvm(machinery, reply, rest);
      default:
        return unknown(reply, request.program, knows);
    }
  };
}

function list({ machines, world }: Machinery, reply: Reply, [what]: string[]): number {
  if (what === 'vms' || what === 'runningvms') {
    for (const machine of machines.list()) {
      if (what === 'vms' || machines.isRunning(machine))
        reply.out(`"${machine.name}" {${machine.uuid}}`);
    }
    return 0;
  }
  if (what === 'hostonlyifs') {
    for (const network of Object.values(world.lab.networks)) {
      if (network.mode !== 'host-only' || !network.device) continue;
      each(
        `Name:            ${network.device}\nGUID:            786f6276-656e-4074-8000-0a0027000000\nDHCP:            Disabled\nIPAddress:       ${network.host ?? ''}\nNetworkMask:     255.255.255.0\nIPV6Address:     \nIPV6NetworkMaskPrefixLength: 0\nHardwareAddress: 0a:00:27:00:00:00\nMediumType:      Ethernet\nWireless:        No\nStatus:          Up\nVBoxNetworkName: HostInterfaceNetworking-${network.device}`,
        reply.out,
      );
      reply.out('');
    }
    return 0;
  }
  return unknown(reply, 'vboxmanage', knows);
}

function notFound(reply: Reply, name: string): number {
  reply.error(`VBoxManage: error: Could not find a registered machine named '${name}'`);
  reply.error(
    'VBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component VirtualBoxWrap, interface IVirtualBox, callee nsISupports',
  );
  reply.error(
    'VBoxManage: error: Context: "FindMachine(Bstr(VMNameOrUuid).raw(), machine.asOutParam())" at line 3248 of file VBoxManageInfo.cpp',
  );
  return 1;
}

async function showvminfo(machinery: Machinery, reply: Reply, args: string[]): Promise<number> {
  const names = args.filter((word) => !word.startsWith('--'));
  const flags = args.filter((word) => word.startsWith('--'));
  if (names.length !== 1 || flags.some((flag) => flag !== '--machinereadable'))
    return unknown(reply, 'vboxmanage', knows);
  const machine = machinery.machines.find(names[0] ?? '');
  if (!machine) return notFound(reply, names[0] ?? '');
  const info = await read(machinery, machine);
  for (const line of flags.length > 0 ? machineReadable(info) : human(info)) reply.out(line);
  return 0;
}

/** What there is to know of a machine, from the kernel and from slirp4netns. */
async function read({ world, machines }: Machinery, machine: Machine): Promise<VmInfo> {
  const running = machines.isRunning(machine);
  const cards = interfacesOf(machine.lab, machine.node);
  const open = running
    ? new Set((await machines.openPorts(machine)).map((port) => port.hostPort))
    : null;
  return {
    name: machine.name,
    uuid: machine.uuid,
    running,
    since: machine.stateSince,
    nics: await Promise.all(
      cards.map(async (card) => ({
        mac: card.mac.replaceAll(':', '').toUpperCase(),
        mode: machine.lab.networks[card.network]?.mode ?? 'nat',
        device: machine.lab.networks[card.network]?.device ?? card.network,
        connected: running ? await world.cable(card) : true,
      })),
    ),
    forwards: machine.forwards.filter((rule) => !open || open.has(rule.hostPort)),
  };
}

async function controlvm(machinery: Machinery, reply: Reply, args: string[]): Promise<number> {
  const [name = '', action = '', ...rest] = args;
  const machine = machinery.machines.find(name);
  if (!machine) return notFound(reply, name);
  if (!machinery.machines.isRunning(machine)) {
    reply.error(`VBoxManage: error: Machine '${machine.name}' is not currently running.`);
    return 1;
  }
  const [, word, index] = /^(setlinkstate|natpf)([1-8])$/.exec(action) ?? [];
  if (action === 'poweroff') {
    await machinery.machines.halt(machine.node);
    reply.error('0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%');
    return 0;
  }
  const card = interfacesOf(machine.lab, machine.node)[Number(index) - 1];
  if (word && !card) {
    reply.error(`VBoxManage: error: Adapter ${index ?? ''} of '${machine.name}' is not enabled`);
    return 1;
  }
  if (word === 'setlinkstate' && card) {
    if (rest[0] !== 'on' && rest[0] !== 'off') {
      reply.error(`VBoxManage: error: Invalid link state '${rest[0] ?? ''}'.`);
      return 2;
    }
    await machinery.world.setCable(card, rest[0] === 'on');
    return 0;
  }
  if (word === 'natpf') return natpf(machinery, machine, reply, rest);
  return unknown(reply, 'vboxmanage', knows);
}

async function natpf(
  { machines }: Machinery,
  machine: Machine,
  reply: Reply,
  rest: string[],
): Promise<number> {
  if (rest[0] === 'delete') {
    const rule = machine.forwards.find((item) => item.name === rest[1]);
    if (!rule) {
      reply.error(
        'VBoxManage: error: Code NS_ERROR_INVALID_ARG (0x80070057) - Invalid argument value (extended info not available)',
      );
      reply.error(
        'VBoxManage: error: Context: "RemoveRedirect(Bstr(ValueUnion.psz).raw())" at line 2264 of file VBoxManageModifyVM.cpp',
      );
      return 1;
    }
    await machines.closePort(machine, rule);
    machine.forwards = machine.forwards.filter((item) => item !== rule);
    return 0;
  }
  const rule = parseRule(rest[0] ?? '');
  if (typeof rule === 'string') {
    reply.error(rule);
    return 2;
  }
  if (machine.forwards.some((item) => item.name === rule.name)) {
    reply.error('VBoxManage: error: A NAT rule of this name already exists');
    reply.error(
      'VBoxManage: error: Details: code NS_ERROR_INVALID_ARG (0x80070057), component NATEngineWrap, interface INATEngine, callee nsISupports',
    );
    return 1;
  }
  try {
    await machines.openPort(machine, rule);
  } catch (error) {
    if (!(error instanceof LabFailure)) throw error;
    reply.error('VBoxManage: error: A NAT rule for this host port and this host IP already exists');
    return 1;
  }
  machine.forwards = [...machine.forwards, rule];
  return 0;
}

/** name,protocol,host address,host port,guest address,guest port; empty addresses mean any. */
export function parseRule(text: string): PortRule | string {
  const [
    name = '',
    protocol = '',
    hostAddress = '',
    hostPort = '',
    guestAddress = '',
    guestPort = '',
    ...more
  ] = text.split(',');
  const bad = `VBoxManage: error: Invalid rule '${text}': wanted name,tcp|udp,host address,host port,guest address,guest port`;
  if (protocol !== 'tcp' && protocol !== 'udp')
    return `VBoxManage: error: Wrong rule proto '${protocol}' specified -- only 'udp' and 'tcp' are allowed.`;
  const port = (word: string): boolean =>
    /^\d{1,5}$/.test(word) && Number(word) >= 1 && Number(word) <= 65535;
  const address = (word: string): boolean => word === '' || /^\d{1,3}(\.\d{1,3}){3}$/.test(word);
  if (
    !/^[A-Za-z0-9_-]{1,40}$/.test(name) ||
    !port(hostPort) ||
    !port(guestPort) ||
    !address(hostAddress) ||
    !address(guestAddress) ||
    more.length > 0
  )
    return bad;
  return {
    name,
    protocol,
    hostAddress,
    hostPort: Number(hostPort),
    guestAddress,
    guestPort: Number(guestPort),
  };
}
