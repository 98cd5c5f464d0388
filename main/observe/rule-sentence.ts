/** A firewall rule in plain words. What is not known is quoted, never guessed. */
import { networkOf, ownerOf, type PanelContext } from './context.ts';

const targets: Record<string, string> = {
  ACCEPT: 'let it pass',
  DROP: 'throw it away without a word',
  RETURN: 'leave this chain and go on where it was called',
  MASQUERADE:
    'replace its source by the address of the interface it leaves through, and turn the answers back',
  LOG: 'write a line into the kernel’s log, and go on with the next rule',
};

interface Option {
  name: string;
  not: boolean;
  value: string;
}

/** `words` are those of iptables-save, without `-A chain`. */
export function ruleSentence(words: readonly string[], context: PanelContext): string {
  const { conditions, target, targetOptions } = split(words);
  const said = conditions.flatMap((option) => condition(option, context));
  const what = said.length > 0 ? said.join(', ') : 'whatever comes here';
  const sentence = `${what}: ${action(target, targetOptions)}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function split(words: readonly string[]): {
  conditions: Option[];
  target: string;
  targetOptions: Option[];
} {
  const conditions: Option[] = [];
  const targetOptions: Option[] = [];
  let target = '';
  let not = false;
  for (let at = 0; at < words.length; at++) {
    const name = words[at] ?? '';
    if (name === '!') {
      not = true;
      continue;
    }
    const follows = words[at + 1];
    const value =
      follows !== undefined && !follows.startsWith('--') && follows !== '!' ? follows : '';
    if (value !== '' || follows === '') at++;
    if (name === '-j' || name === '-g') target = value;
    else (target === '' ? conditions : targetOptions).push({ name, not, value });
    not = false;
  }
  return { conditions, target, targetOptions };
}

function condition({ name, not, value }: Option, context: PanelContext): string[] {
  const but = (words: string) => [not ? `but not ${words}` : words];
  switch (name) {
    case '-i':
      return not ? [`comes in by any interface but ${value}`] : [`what comes in by ${value}`];
    case '-o':
      return not ? [`leaves by any interface but ${value}`] : [`what leaves by ${value}`];
    case '-s':
      return but(`from ${place(value, context)}`);
    case '-d':
      return but(`to ${place(value, context)}`);
    case '-p':
      return but(value.toUpperCase());
    case '--dport':
    case '--dports':
      return but(`to port ${value}`);
    case '--sport':
    case '--sports':
      return but(`from port ${value}`);
    case '--ctstate':
    case '--state':
      return but(states(value));
    case '--dst-type':
      return but(value === 'LOCAL' ? 'to this machine itself' : `to ${value}`);
    case '--comment':
      return [`marked “${value}”`];
    case '-m':
      return [];
    default:
      return but(`${name} ${value}`.trim());
  }
}

function place(value: string, context: PanelContext): string {
  const [address = '', bits] = value.split('/');
  if (bits === undefined || bits === '32') {
    const owner = ownerOf(address, context);
    return owner === null ? address : `${address} (${owner})`;
  }
  const network = networkOf(address, context);
  return network === null ? value : `${value} (the network ${network})`;
}

function states(value: string): string {
  const given = value.split(',');
  const words: Record<string, string> = {
    NEW: 'the first packet of a connection',
    ESTABLISHED: 'a packet of a connection that is known',
    RELATED: 'an error about one, or a side connection',
    INVALID: 'a packet that fits no connection',
  };
  return given.map((state) => words[state] ?? state).join(' or ');
}

function action(target: string, options: readonly Option[]): string {
  const value = (name: string) => options.find((option) => option.name === name)?.value ?? '';
  if (target === 'REJECT') return 'refuse it, and tell the sender';
  if (target === 'DNAT') return `send it to ${value('--to-destination')} instead`;
  if (target === 'SNAT') return `replace its source by ${value('--to-source')}`;
  if (target === 'REDIRECT') return `send it to this machine’s port ${value('--to-ports')}`;
  if (target === '') return 'count it';
  return Object.hasOwn(targets, target) ? (targets[target] ?? '') : `ask the chain ${target}`;
}
