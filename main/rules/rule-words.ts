/**
 * The words of one iptables rule: a closed list of options, each with the shape of its value. What is not
 * listed here never reaches a command line. Facts: iptables(8) and iptables-extensions(8), 1.8.
 */
import { Cidr, InterfaceName, Ipv4 } from '../contract/names.ts';

/** A rule that is not made of known words; the message is for the author of a lab. */
export class RuleWordsError extends Error {}

export interface RuleOption {
  /** As iptables-save prints it: `-s`, `--ctstate`. */
  name: string;
  value: string;
  negated: boolean;
}

export interface RuleWords {
  /** `-s -d -i -o -p`, each at most once. */
  header: RuleOption[];
  /** `-m` modules in the order given, each with its options. */
  modules: { name: string; options: RuleOption[] }[];
  target: string;
  targetOptions: RuleOption[];
}

type Test = (value: string) => boolean;
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
const aliases: Record<string, string> = {
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
const chainName = /^[A-Za-z][A-Za-z0-9_-]{0,27}$/;

/** Reads a rule's words, without table and chain. Throws RuleWordsError. */
export function parseRule(text: string): RuleWords {
  const words = text.split(' ').filter((part) => part !== '');
  const rule: RuleWords = { header: [], modules: [], target: '', targetOptions: [] };
  let at = 0;
  const next = (after: string): string => {
    const value = words[at++];
    if (value === undefined) throw new RuleWordsError(`nothing follows ${after}`);
    return value;
  };
  while (at < words.length) {
    const negated = words[at] === '!';
    if (negated) at++;
    const given = next('!');
    const name = Object.hasOwn(aliases, given) ? (aliases[given] ?? given) : given;
    const value = next(given);
    if (negated && (name === '-m' || name === '-j' || rule.target !== '')) {
      throw new RuleWordsError(`! cannot stand before ${given}`);
    }
    take(rule, { name, value, negated });
  }
  if (rule.target === '') throw new RuleWordsError('the rule has no target (-j)');
  return rule;
}

function take(rule: RuleWords, option: RuleOption): void {
  const { name, value } = option;
  if (name === '-j') {
    if (rule.target !== '') throw new RuleWordsError('the rule has two targets');
    if (!chainName.test(value)) throw new RuleWordsError(`${value} is not a target or chain`);
    rule.target = value;
    return;
  }
  if (rule.target !== '') {
    const known = Object.hasOwn(targetOptions, rule.target) ? targetOptions[rule.target] : {};
    accept(known, option, `target ${rule.target}`);
    rule.targetOptions.push(option);
    return;
  }
  if (name === '-m') {
    if (!Object.hasOwn(moduleOptions, value)) {
      throw new RuleWordsError(`unknown match module ${value}`);
    }
    rule.modules.push({ name: value, options: [] });
    return;
  }
  if (Object.hasOwn(headerOptions, name)) {
    accept(headerOptions, option, 'rule');
    if (rule.header.some((other) => other.name === name)) {
      throw new RuleWordsError(`${name} is given twice`);
    }
    rule.header.push(option);
    return;
  }
  matchModule(rule, option).options.push(option);
}

/** The module an option belongs to: one loaded by `-m`, or by `-p` as iptables does itself. */
function matchModule(rule: RuleWords, option: RuleOption): RuleWords['modules'][number] {
  const knows = (module: string) => Object.hasOwn(moduleOptions[module] ?? {}, option.name);
  let module = rule.modules.findLast(({ name }) => knows(name));
  const protocol = rule.header.find(({ name }) => name === '-p')?.value;
  if (!module && protocol !== undefined && protocol !== 'all' && knows(protocol)) {
    module = { name: protocol, options: [] };
    rule.modules.push(module);
  }
  if (!module) throw new RuleWordsError(`unknown or misplaced option ${option.name}`);
  accept(moduleOptions[module.name], option, `match ${module.name}`);
  return module;
}

function accept(known: Record<string, Test> | undefined, option: RuleOption, of: string): void {
  const test = known && Object.hasOwn(known, option.name) ? known[option.name] : undefined;
  if (!test) throw new RuleWordsError(`unknown option ${option.name} of ${of}`);
  if (!test(option.value)) {
    throw new RuleWordsError(`${option.name} does not take \`${option.value}\``);
  }
}

/** The words of a rule for argv, checked. */
export function ruleArgv(text: string): string[] {
  const rule = parseRule(text);
  const say = ({ name, value, negated }: RuleOption) => [...(negated ? ['!'] : []), name, value];
  return [
    ...rule.header.flatMap(say),
    ...rule.modules.flatMap(({ name, options }) => ['-m', name, ...options.flatMap(say)]),
    '-j',
    rule.target,
    ...rule.targetOptions.flatMap(say),
  ];
}
