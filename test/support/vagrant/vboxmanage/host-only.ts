/** `hostonlyif`, `dhcpserver`: interfaces of the computer, really made, by VirtualBox's rules on which addresses it allows. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { allowedRanges, isAllowed } from '../../../../main/backends/vagrant/networks-conf.ts';
import type { Faults } from './faults.ts';
import { problems, type Reply } from './reply.ts';
import { settings, type State } from './state.ts';
import { addHostOnly, near, removeHostOnly } from './wires.ts';

const option = (words: readonly string[], ...names: string[]): string | undefined => {
  const at = words.findIndex((word) => names.includes(word));
  return at < 0 ? undefined : words[at + 1];
};

const prefixOf = (mask: string): number =>
  mask
    .split('.')
    .map((part) => Number(part).toString(2).replaceAll('0', '').length)
    .reduce((sum, bits) => sum + bits, 0);

export function hostonlyif(
  state: State,
  words: readonly string[],
  faults: Faults,
  reply: Reply,
): number {
  const [verb = '', name = ''] = words;
  if (verb === 'create') return create(state, words, faults, reply);
  const found = state.hostOnly.find((item) => item.name === name);
  if (!found) throw problems.interfaceNotFound(name);
  switch (verb) {
    case 'ipconfig': {
      const address = option(words, '--ip', '-ip');
      if (address === undefined) return 0;
      const mask = option(words, '--netmask', '-netmask') ?? '255.255.255.0';
      const cidr = `${address}/${String(prefixOf(mask))}`;
      if (!allowedHere(cidr)) throw problems.rangeRefused();
      near([`addr flush dev ${name}`, `addr add ${cidr} brd + dev ${name}`, `link set ${name} up`]);
      Object.assign(found, { address, mask });
      return 0;
    }
    case 'remove':
      removeHostOnly(state, name);
      state.hostOnly = state.hostOnly.filter((item) => item !== found);
      reply.progress();
      return 0;
    default:
      throw problems.argument(`Invalid parameter '${verb}'`);
  }
}

function create(state: State, words: readonly string[], faults: Faults, reply: Reply): number {
  if (faults.has('modules-missing')) {
    reply.progress('NS_ERROR_FAILURE');
    throw problems.noNetDriver();
  }
  const taken = execFileSync('ls', ['/sys/class/net']).toString().split('\n');
  let number = 0;
  while (taken.includes(`vboxnet${String(number)}`)) number += 1;
  const name = `vboxnet${String(number)}`;
  const mac = `0A00270000${number.toString(16).padStart(2, '0').toUpperCase()}`;
  addHostOnly(state, name, mac);
  state.hostOnly.push({ name, mac, address: '', mask: '' });
  reply.progress();
  reply.line(
    reply.say(
      `Interface '${name}' was successfully created`,
      `Die Schnittstelle '${name}' wurde erfolgreich erstellt`,
    ),
  );
  return 0;
}

/** The file restricts since 6.1.28. */
function allowedHere(cidr: string): boolean {
  const [major = 7, minor = 0, patch = 0] = settings().version.split(/[.r_]/).map(Number);
  if (major < 6 || (major === 6 && (minor < 1 || patch < 28))) return true;
  let text: string | null = null;
  try {
    text = readFileSync('/etc/vbox/networks.conf', 'utf8');
  } catch {
    // No file: the usual range.
  }
  return isAllowed(cidr, allowedRanges(text).ranges);
}

export function dhcpserver(state: State, words: readonly string[]): number {
  const [verb = ''] = words;
  const device = option(words, '--ifname', '--interface');
  const network =
    device === undefined
      ? (option(words, '--netname', '--network') ?? '')
      : `HostInterfaceNetworking-${device}`;
  const found = state.dhcp.find((item) => item.network === network);
  if (verb === 'remove') {
    if (!found) throw problems.argument('DHCP server does not exist');
    state.dhcp = state.dhcp.filter((item) => item !== found);
    return 0;
  }
  if (verb === 'add' && found) throw problems.argument('DHCP server already exists');
  const server = found ?? { network, ip: '', mask: '', lower: '', upper: '', enabled: false };
  if (!found) state.dhcp.push(server);
  server.ip = option(words, '--ip', '--server-ip') ?? server.ip;
  server.mask = option(words, '--netmask') ?? server.mask;
  server.lower = option(words, '--lowerip', '--lower-ip') ?? server.lower;
  server.upper = option(words, '--upperip', '--upper-ip') ?? server.upper;
  server.enabled = words.includes('--enable');
  return 0;
}
