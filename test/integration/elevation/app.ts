/** The rules of lab 2, and an app that applies them to a computer of a test's own through the helper. */
import path from 'node:path';
import { Rule } from '../../../main/contract/operations.ts';
import { run } from '../../../main/platform/run.ts';
import { RuleEngine } from '../../../main/rules/engine.ts';
import { memoryJournal } from '../../../main/rules/journal.ts';
import type { LossNews } from '../../../main/rules/losses.ts';
import { Rights } from '../../../main/rules/elevation/rights.ts';
import { LocalTransport } from '../../../main/transports/local.ts';
import type { Argv, Transport } from '../../../main/transports/transport.ts';
import { helperPath } from './helper.ts';

const host = { node: 'host' };
const rule = (operations: unknown[], more: object = {}) =>
  Rule.parse({ title: 't', what: 'w', operations, ...more });
export const rules = {
  forwarding: rule([{ do: 'sysctl', ...host, key: 'net.ipv4.ip_forward', value: '1' }]),
  new: rule([
    {
      do: 'iptables-append',
      ...host,
      table: 'filter',
      chain: 'FORWARD',
      rule: '-o eth0 -i vboxnet0 -s 192.168.50.0/24 -m conntrack --ctstate NEW -j ACCEPT',
    },
  ]),
  known: rule([
    {
      do: 'iptables-append',
      ...host,
      table: 'filter',
      chain: 'FORWARD',
      rule: '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    },
  ]),
  masquerade: rule([
    {
      do: 'iptables-append',
      ...host,
      table: 'nat',
      chain: 'POSTROUTING',
      rule: '-o eth0 -j MASQUERADE',
    },
  ]),
  flush: rule([{ do: 'iptables-flush', ...host, table: 'nat', chain: 'POSTROUTING' }], {
    marked: 'careful',
  }),
};
export interface App {
  rights: Rights;
  engine: RuleEngine;
  /** What the permission has been, in order. */
  states: string[];
  /** Events that took rules away. */
  news: LossNews[];
  transport: Transport;
}

/** An app that starts on a computer: its rights, and the rules of the lab over a transport to it. */
export function startApp(enter: Argv, tmp: string, rules_: Record<string, Rule> = rules): App {
  const noted = ['bash', '-c', 'echo $$ >"$0"; exec "$@"', path.join(tmp, 'pid')];
  const argv: Argv = [...enter, ...noted, helperPath, 'serve'];
  const seen: string[] = [];
  const asked = new Rights({
    ways: () => Promise.resolve([{ kind: 'root', argv }]),
    tmp,
    ask: () => Promise.reject(new Error('no terminal')),
  });
  asked.onChange(() => seen.push(asked.state));
  const local = new LocalTransport({
    path: process.env['PATH'] ?? '',
    folder: tmp,
    shell: '/bin/bash',
    shellEnv: {},
    shellWords: [],
    user: 'me',
    readAsRoot: (what) => asked.read(what),
    hasRights: () => asked.state === 'granted',
    privileged: {
      apply: (change, id, operation) => asked.apply('02-host-only', id, change, operation),
      undo: (change) => asked.undo(change),
      onFirewall: (listener) => asked.onFirewall(listener),
    },
  });
  const transport: Transport = {
    exec: (words, options) =>
      local.readsAsRoot(words) ? local.exec(words, options) : run([...enter, ...words]),
    spawn: (words) => local.spawn(words),
    roads: () => local.roads(),
    shell: () => local.shell(),
    privileged: local.privileged,
    readsAsRoot: (words) => local.readsAsRoot(words),
  };
  const news: LossNews[] = [];
  const made = new RuleEngine({
    rules: rules_,
    values: {},
    transport: () => transport,
    journal: memoryJournal(),
    onLost: (one) => news.push(one),
  });
  return { rights: asked, engine: made, states: seen, news, transport };
}
