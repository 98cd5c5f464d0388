/** The closed list: options of iptables rules that may be used, each with the shape of its value. iptables-extensions(8). */
import { Cidr, InterfaceName, Ipv4 } from '../contract/names.ts';

/** The shape a value must have. */
export type Test = (value: string) => boolean;
const port = (value: string) => /^\d{1,5}$/.test(value) && Number(value) <= 65535;
const portRange: Test = (value) => {
  const parts = value.split(':');
  return parts.length <= 2 && parts.every((part) => part === '' || port(part)) && value !== ':';
};
const ports: Test = (value) =>
  value.split(',').length <= 15 && value.split(',').every((part) => part !== '' && portRange(part));
const dashedPorts: Test = (value) => {
  const parts = value.split('-');
  return parts.length <= 2 && parts.every(port);
};
const network: Test = (value) => Cidr.safeParse(value).success || Ipv4.safeParse(value).success;
/** Also a prefix with `+` at its end, which matches every interface whose name begins so. */
const device: Test = (value) => InterfaceName.safeParse(value.replace(/\+$/, '')).success;
const word: Test = (value) => /^[A-Za-z0-9._:/=,-]{1,100}$/.test(value) && !value.startsWith('-');
const listOf =
  (...known: string[]): Test =>
  (value) =>
    value.split(',').every((part) => known.includes(part));
const oneOf =
  (...known: string[]): Test =>
  (value) =>
    known.includes(value);
const translated: Test = (value) => {
  const [address = '', to, ...more] = value.split(':');
  const ends = address.split('-');
  const addresses = ends.length <= 2 && ends.every((end) => Ipv4.safeParse(end).success);
  return addresses && more.length === 0 && (to === undefined || dashedPorts(to));
};
const mark: Test = (value) => /^0x[0-9a-f]{1,8}(\/0x[0-9a-f]{1,8})?$/.test(value);

const states = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'];
export const conntrackStates = [...states, 'SNAT', 'DNAT'];

export const headerOptions: Record<string, Test> = {
  '-s': network,
  '-d': network,
  '-i': device,
  '-o': device,
  '-p': oneOf('tcp', 'udp', 'icmp', 'all'),
};
const transport = { '--sport': portRange, '--dport': portRange };
export const moduleOptions: Record<string, Record<string, Test>> = {
  tcp: transport,
  udp: transport,
  icmp: { '--icmp-type': (value) => /^\d{1,3}$/.test(value) || value in icmpTypes },
  conntrack: { '--ctstate': listOf(...conntrackStates) },
  state: { '--state': listOf(...states) },
  multiport: { '--sports': ports, '--dports': ports, '--ports': ports },
  addrtype: {
    '--src-type': oneOf('LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'),
    '--dst-type': oneOf('LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'),
  },
  limit: { '--limit': (value) => /^\d{1,5}\/(sec|min|hour|day)$/.test(value) },
  mark: { '--mark': mark },
  comment: { '--comment': word },
};
export const targetOptions: Record<string, Record<string, Test>> = {
  ACCEPT: {},
  DROP: {},
  RETURN: {},
  REJECT: {
    '--reject-with': oneOf(
      'icmp-net-unreachable',
      'icmp-host-unreachable',
      'icmp-port-unreachable',
      'icmp-proto-unreachable',
      'icmp-net-prohibited',
      'icmp-host-prohibited',
      'icmp-admin-prohibited',
      'tcp-reset',
    ),
  },
  MASQUERADE: { '--to-ports': dashedPorts },
  SNAT: { '--to-source': translated },
  DNAT: { '--to-destination': translated },
  REDIRECT: { '--to-ports': dashedPorts },
  LOG: { '--log-prefix': word, '--log-level': (value) => /^[0-7]$/.test(value) },
  MARK: { '--set-xmark': mark },
};
export const icmpTypes: Record<string, string> = {
  'echo-reply': '0',
  'destination-unreachable': '3',
  'echo-request': '8',
  'time-exceeded': '11',
};
export const aliases: Record<string, string> = {
  '--source': '-s',
  '--src': '-s',
  '--destination': '-d',
  '--dst': '-d',
  '--in-interface': '-i',
  '--out-interface': '-o',
  '--protocol': '-p',
  '--match': '-m',
  '--jump': '-j',
  '--source-port': '--sport',
  '--destination-port': '--dport',
  '--source-ports': '--sports',
  '--destination-ports': '--dports',
};
export const chainName = /^[A-Za-z][A-Za-z0-9_-]{0,27}$/;
