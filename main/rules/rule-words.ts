/**
 * The words of one iptables rule. What is not on the closed list of rule-options.ts never reaches a command line. Facts:
 * iptables(8), 1.8.
 */
import {
  aliases,
  chainName,
  headerOptions,
  moduleOptions,
  targetOptions,
  type Test,
} from './rule-options.ts';

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
