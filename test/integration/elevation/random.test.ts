/**
 * Whatever is applied, taken back in whatever order, and wherever the helper is killed: a computer full of other people's
 * rules ends as it began, byte for byte.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { everything, makeComputer, type Computer, type Helper } from './helper.ts';

const sequences = 50;
const seed = Number(process.env['HOPLAB_SEED'] ?? Date.now() % 1_000_000);

/** Mulberry32: small, and the same for the same seed. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** 200 rules in five chains, with counters, comments, quotes and doubles among them. */
function priorRules(): string {
  const comment = (n: number) =>
    n % 7 === 0 ? ` -m comment --comment "rule \\"${String(n)}\\" of others"` : '';
  const line = (n: number) => {
    const of = n % 10 === 9 ? n - 1 : n;
    const from = `10.${String(of % 4)}.${String(of % 250)}.0/24`;
    const counters = `[${String(n * 3)}:${String(n * 1000)}]`;
    return n % 2 === 0 || n % 10 === 9
      ? `${counters} -A POSTROUTING -s ${from}${comment(of)} -j MASQUERADE`
      : `${counters} -A FORWARD -s ${from} -i eth0${comment(of)} -j ACCEPT`;
  };
  const all = Array.from({ length: 200 }, (_, n) => line(n));
  const of = (chain: string) => all.filter((rule) => rule.includes(` ${chain} `)).join('\n');
  return `iptables-restore --counters <<'X'
*filter
:FORWARD DROP [5:500]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
${of('FORWARD')}
COMMIT
*nat
${of('POSTROUTING')}
COMMIT
X
iptables -t mangle -A FORWARD -j ACCEPT
iptables -A DOCKER-USER -j RETURN`;
}

let computer: Computer;
let before: string;
beforeAll(async () => {
  computer = await makeComputer();
  await computer.bash(priorRules());
  before = await computer.bash(everything);
  expect(before.split('\n').filter((line) => line.includes(' -A ')).length).toBeGreaterThan(200);
});
afterAll(() => {
  computer.close();
});

const kinds = [
  { verb: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' },
  { verb: 'sysctl', key: 'net.ipv4.ip_forward', value: '0' },
  { verb: 'sysctl', key: 'net.ipv4.conf.eth0.rp_filter', value: '2' },
  {
    verb: 'iptables-append',
    table: 'nat',
    chain: 'POSTROUTING',
    words: ['-o', 'eth0', '-j', 'MASQUERADE'],
  },
  {
    verb: 'iptables-append',
    table: 'filter',
    chain: 'FORWARD',
    words: ['-i', 'eth0', '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'],
  },
  {
    verb: 'iptables-insert',
    table: 'filter',
    chain: 'FORWARD',
    words: ['-s', '192.168.50.0/24', '-j', 'ACCEPT'],
  },
  { verb: 'iptables-insert', table: 'filter', chain: 'DOCKER-USER', words: ['-j', 'ACCEPT'] },
  { verb: 'iptables-flush', table: 'nat', chain: 'POSTROUTING' },
  { verb: 'vbox-range', range: '192.168.50.0/24' },
];

it(`ends where it began after ${String(sequences)} sequences (HOPLAB_SEED=${String(seed)})`, async () => {
  const next = random(seed);
  const below = (n: number) => Math.floor(next() * n);
  let number = 0;
  for (let round = 0; round < sequences; round += 1) {
    const helper = computer.helper('serve');
    const made: string[] = [];
    const plan = Array.from({ length: 2 + below(10) }, () => ({
      undo: next() < 0.35,
      pick: below(1000),
    }));
    const end = (['input', 'kill', 'kill', 'term', 'undo-lab'] as const)[below(5)] ?? 'kill';
    const killAt = end === 'kill' ? below(plan.length) : -1;
    for (const [at, step] of plan.entries()) {
      const change = made[step.pick % Math.max(1, made.length)];
      const request =
        step.undo && change
          ? { id: at, verb: 'undo', change }
          : {
              id: at,
              lab: 'x',
              rule: 'y',
              change: (number += 1).toString(16).padStart(16, '0'),
              ...kinds[step.pick % kinds.length],
            };
      const answer = helper.ask(request);
      if (at === killAt) {
        // In the middle of it: at once, or while iptables runs.
        await new Promise((resolve) => setTimeout(resolve, below(12)));
        helper.child.kill('SIGKILL');
        break;
      }
      expect(await answer, JSON.stringify(request)).toMatchObject({ ok: true });
      if ('change' in request && !step.undo) made.push(request.change);
    }
    await finish(helper, end);
    expect(await computer.bash(everything), `round ${String(round)}, ended by ${end}`).toBe(before);
  }
}, 180_000);

async function finish(helper: Helper, end: 'input' | 'kill' | 'term' | 'undo-lab'): Promise<void> {
  if (end === 'kill') {
    await helper.ended;
    const all = computer.helper('undo-all');
    expect(await all.close(), all.stderr).toBe(0);
    return;
  }
  if (end === 'undo-lab')
    expect(await helper.ask({ id: 99, verb: 'undo-lab', lab: 'x' })).toMatchObject({ ok: true });
  if (end === 'term') helper.child.kill('SIGTERM');
  else helper.child.stdin.end();
  await helper.ended;
}
