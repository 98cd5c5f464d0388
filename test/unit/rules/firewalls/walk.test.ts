/** What becomes of a packet among rules of others: told where it can be told, passed over where it cannot. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Operation } from '../../../../main/contract/operations.ts';
import { parseRuleset } from '../../../../main/rules/firewalls/nft-ruleset.ts';
import { fateInNft } from '../../../../main/rules/firewalls/nft-walk.ts';
import { packetsOf, type Packet } from '../../../../main/rules/firewalls/packet.ts';
import { fateIn, parseTable, walk } from '../../../../main/rules/firewalls/saved-table.ts';

const append = (rule: string) =>
  Operation.parse({ do: 'iptables-append', node: 'host', table: 'filter', chain: 'FORWARD', rule });
const begins = append(
  '-i vboxnet0 -o eth0 -s 192.168.50.0/24 -m conntrack --ctstate NEW -j ACCEPT',
);
const known = append('-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT');
const packet: Packet = {
  in: 'vboxnet0',
  out: 'eth0',
  source: '192.168.50.0/24',
  destination: null,
  state: 'NEW',
};

it('the packets of a rule are those its words say; those of known connections go both ways', () => {
  expect(packetsOf(begins, [])).toEqual([packet]);
  expect(packetsOf(known, [known, begins])).toEqual([
    { ...packet, state: 'ESTABLISHED' },
    {
      in: 'eth0',
      out: 'vboxnet0',
      source: null,
      destination: '192.168.50.0/24',
      state: 'ESTABLISHED',
    },
  ]);
  expect(packetsOf(known, [known])).toHaveLength(1);
});

const table = (...rules: string[]) =>
  parseTable(
    `*nat\n:FORWARD DROP [0:0]\nCOMMIT\n*filter\n:FORWARD ACCEPT [0:0]\n:mine - [0:0]\n:other - [0:0]\n${rules.map((rule) => `[1:2] -A ${rule}\n`).join('')}COMMIT\n`,
    'filter',
  );

describe('iptables', () => {
  it.each([
    ['-j DROP', 'drop'],
    ['-i vboxnet0 -j DROP', 'drop'],
    ['-i vbox+ -j REJECT --reject-with icmp-port-unreachable', 'drop'],
    ['-i eth0 -j DROP', 'accept'],
    ['! -i vboxnet0 -j DROP', 'accept'],
    ['! -o docker0 -j DROP', 'drop'],
    ['-s 192.168.0.0/16 -j DROP', 'drop'],
    ['-s 192.168.50.4/32 -j DROP', 'accept'],
    ['! -s 10.0.0.0/8 -j DROP', 'drop'],
    ['-d 10.0.0.0/8 -j DROP', 'accept'],
    ['-m conntrack --ctstate INVALID,NEW -j DROP', 'drop'],
    ['-m conntrack --ctstate ESTABLISHED -j DROP', 'accept'],
    ['-m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP', 'drop'],
    ['-p tcp -m tcp --tcp-flags SYN,RST SYN -j DROP', 'accept'],
    ['-m set --match-set blocked src -j DROP', 'accept'],
    ['-m comment --comment "-j DROP" -j LOG', 'accept'],
    ['-m comment --comment "all of it" -j DROP', 'drop'],
    ['-j LOG --log-prefix "a -j DROP "', 'accept'],
    ['-j nowhere', 'accept'],
  ])('FORWARD %s: %s', (rule, verdict) => {
    expect(fateIn(table(`FORWARD ${rule}`), 'FORWARD', packet).verdict).toBe(verdict);
  });

  it.each([
    [['FORWARD -j mine', 'mine -j RETURN', 'mine -j DROP'], 'accept'],
    [['FORWARD -j mine', 'mine -j other', 'other -j DROP'], 'drop'],
    [['FORWARD -g mine', 'FORWARD -j DROP'], 'accept'],
    [['FORWARD -j mine', 'FORWARD -j DROP', 'mine -j ACCEPT'], 'accept'],
    [['FORWARD -j mine', 'mine -j other', 'other -j mine'], 'accept'],
  ])('%j: %s', (rules, verdict) => {
    expect(fateIn(table(...rules), 'FORWARD', packet).verdict).toBe(verdict);
  });

  it('names the chain and the rule, and does not look behind the one that is asked about', () => {
    const rules = table(
      'FORWARD -j mine',
      'FORWARD -i a -j ACCEPT',
      'FORWARD -j DROP',
      'mine -o eth0 -j DROP',
    );
    expect(walk(rules, 'FORWARD', packet).by).toEqual({ chain: 'mine', rule: '-o eth0 -j DROP' });
    expect(walk(rules, 'FORWARD', null).by).toEqual({ chain: 'FORWARD', rule: '-j DROP' });
    expect(walk(rules, 'FORWARD', null, '-i a -j ACCEPT').verdict).toBe('through');
  });
});

const ruleset = (policy: string, ...rules: [string, unknown[]][]) =>
  JSON.stringify({
    nftables: [
      { metainfo: { version: '1.1.3' } },
      { table: { family: 'inet', name: 'mine', handle: 1 } },
      {
        chain: {
          family: 'inet',
          table: 'mine',
          name: 'fwd',
          handle: 2,
          type: 'filter',
          hook: 'forward',
          prio: 0,
          policy,
        },
      },
      ...rules.map(([chain, expr], at) => ({
        rule: { family: 'inet', table: 'mine', chain, handle: at + 3, expr },
      })),
    ],
  });
const fate = (text: string) => {
  const parsed = parseRuleset(text);
  const base = parsed?.chains.find(({ hook }) => hook === 'forward');
  if (!parsed || !base) throw new Error('not read');
  return fateInNft(parsed, base, packet);
};
const match = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } });
const meta = (key: string) => ({ meta: { key } });
const source = { payload: { protocol: 'ip', field: 'saddr' } };

describe('nftables', () => {
  it.each<[string, string, unknown[], string]>([
    ['the policy', 'drop', [], 'drop'],
    ['the policy', 'accept', [], 'accept'],
    [
      'an interface',
      'drop',
      [match(meta('iifname'), 'vboxnet0'), { counter: {} }, { accept: null }],
      'accept',
    ],
    ['another one', 'drop', [match(meta('iifname'), 'eth0'), { accept: null }], 'drop'],
    [
      'one of several',
      'drop',
      [match(meta('oifname'), { set: ['lo', 'eth0'] }), { accept: null }],
      'accept',
    ],
    ['not that one', 'accept', [match(meta('oifname'), 'docker0', '!='), { reject: null }], 'drop'],
    [
      'states',
      'accept',
      [match({ ct: { key: 'state' } }, ['new', 'invalid'], 'in'), { drop: null }],
      'drop',
    ],
    [
      'a network',
      'drop',
      [match(source, { prefix: { addr: '192.168.0.0', len: 16 } }), { accept: null }],
      'accept',
    ],
    [
      'IPv6',
      'accept',
      [match({ payload: { protocol: 'ip6', field: 'daddr' } }, '::1'), { drop: null }],
      'accept',
    ],
    ['a named set', 'accept', [match(source, '@blocked'), { drop: null }], 'accept'],
    [
      'a port',
      'accept',
      [match({ payload: { protocol: 'tcp', field: 'dport' } }, 80), { drop: null }],
      'accept',
    ],
    ['a limit', 'accept', [{ limit: { rate: 1 } }, { drop: null }], 'accept'],
    ['a map', 'accept', [{ vmap: { key: meta('iifname'), data: '@jumps' } }], 'accept'],
    [
      'words of iptables',
      'accept',
      [{ xt: { type: 'match', name: 'set' } }, { drop: null }],
      'accept',
    ],
  ])('%s, policy %s', (_, policy, expr, verdict) => {
    expect(fate(ruleset(policy, ['fwd', expr]))).toBe(verdict);
  });

  // Recorded from firewalld 2.3 on a computer with a real ping through it, which came by as told here.
  it.each([
    ['nobody-assigned', 'drop'],
    ['lan-in-public', 'accept'],
    ['lab-trusted', 'accept'],
  ])('firewalld, %s: %s', (name, verdict) => {
    const file = path.join(
      import.meta.dirname,
      '../../../fixtures/outputs',
      `firewalld-${name}.json`,
    );
    expect(fate(readFileSync(file, 'utf8'))).toBe(verdict);
  });

  it('chains that ask each other for ever decide nothing', () => {
    expect(fate(ruleset('accept', ['fwd', [{ jump: { target: 'fwd' } }]]))).toBe('accept');
  });

  it('what is not a ruleset is none, and names that are none are shown to nobody', () => {
    expect(parseRuleset('')).toBeNull();
    expect(parseRuleset('{"nftables": [')).toBeNull();
    expect(parseRuleset('[]')).toBeNull();
    const evil =
      '{"nftables":[{"table":{"family":"ip","name":"x; reboot","handle":1}},{"table":null},7,null]}';
    expect(parseRuleset(evil)?.tables).toEqual([]);
  });
});

it('garbage never throws', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 60 }), { maxLength: 8 }),
      fc.json(),
      (rules, json) => {
        fateIn(
          table(...rules.map((rule) => `FORWARD ${rule.replaceAll('\n', ' ')}`)),
          'FORWARD',
          packet,
        );
        const text = ruleset('drop').replace(
          '"nftables":[',
          `"nftables":[${json},{"rule":{"family":"inet","table":"mine","chain":"fwd","handle":9,"expr":[{"match":${json}},{"accept":null}]}},`,
        );
        fate(text);
      },
    ),
  );
});
