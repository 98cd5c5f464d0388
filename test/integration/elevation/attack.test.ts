/** Whoever may start the helper may write anything to it: what is not on its lists is refused and changes nothing. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everything, makeComputer, type Computer, type Helper } from './helper.ts';

let computer: Computer;
let helper: Helper;
let before: string;
beforeAll(async () => {
  computer = await makeComputer();
  await computer.bash(
    'iptables -t nat -A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE; iptables -A FORWARD -j ACCEPT',
  );
  before = await computer.bash(everything);
  helper = computer.helper('serve');
});
afterAll(() => {
  computer.close();
});

const good = {
  id: 1,
  verb: 'iptables-append',
  lab: '02-host-only',
  rule: 'masquerade',
  change: '00112233aabbccdd',
  table: 'nat',
  chain: 'POSTROUTING',
  words: ['-o', 'eth0', '-j', 'MASQUERADE'],
};
const sysctl = {
  id: 1,
  verb: 'sysctl',
  lab: 'x',
  rule: 'y',
  change: '00112233aabbccdd',
  key: 'net.ipv4.ip_forward',
  value: '1',
};
const range = {
  id: 1,
  verb: 'vbox-range',
  lab: 'x',
  rule: 'y',
  change: '00112233aabbccdd',
  range: '192.168.50.0/24',
};
const flush = {
  id: 1,
  verb: 'iptables-flush',
  lab: 'x',
  rule: 'y',
  change: '00112233aabbccdd',
  table: 'nat',
  chain: 'POSTROUTING',
};

const read = { id: 1, verb: 'read', what: 'nft' };
const watch = { id: 1, verb: 'watch' };

const nasty = fc.oneof(
  fc.constantFrom(
    ';reboot',
    '$(reboot)',
    '`reboot`',
    '|sh',
    '&',
    '>',
    '<',
    '../../etc/passwd',
    '/etc/shadow',
    '\n',
    'a\nb',
    '\0',
    'a\0b',
    '-',
    '--',
    '-j',
    '-F',
    '-I',
    '-D',
    '--modprobe=/tmp/x',
    '-M',
    '-X',
    '-P',
    '-t',
    'mangle',
    'raw',
    'abcdefghijklmnop',
    ' ',
    '',
    '\u202e',
    'ｅth0',
    'e'.repeat(300),
    '\ud800',
    '١',
    '1e3',
    '0x1',
    'eth0\n',
    'net.ipv4.ip_forward ',
    'kernel.core_pattern',
    'net.core.bpf_jit_enable',
    'net.ipv4.conf.../../kernel.forwarding',
    'NFQUEUE',
    'hoplab:x',
    '"',
    "'",
    '\\',
    '10.0.0.0/33',
    '256.1.1.1',
    '0.0.0.0/0',
    '8.8.8.8/32',
    '::1',
    '1/8',
  ),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const anything = fc.oneof(
  nasty,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(nasty, { maxLength: 5 }),
  fc.dictionary(fc.string(), nasty, { maxKeys: 3 }),
);

/** A good request with one field made wrong, one too many, or one too few. */
const spoilt = fc
  .constantFrom(good, sysctl, range, flush, read, watch)
  .chain((base: Record<string, unknown>) =>
    fc.oneof(
      fc
        .tuple(fc.constantFrom(...Object.keys(base).filter((key) => key !== 'id')), anything)
        .map(([key, value]) => ({ ...base, [key]: value })),
      fc
        .tuple(fc.string({ minLength: 1 }), anything)
        .map(([key, value]) => ({ ...base, [`x${key}`]: value })),
      fc
        .constantFrom(...Object.keys(base).filter((key) => key !== 'id'))
        .map((key) => Object.fromEntries(Object.entries(base).filter(([name]) => name !== key))),
    ),
  );
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const accepted = [good, sysctl, range, flush, read, watch];

describe('refuses, and changes nothing,', () => {
  it('a request with one wrong field', async () => {
    await fc.assert(
      fc.asyncProperty(
        spoilt.filter(
          (request) => !accepted.some((one) => same(one, request)) && !harmless(request),
        ),
        async (request) => {
          const answer = await helper.ask(request);
          expect(answer?.ok, JSON.stringify(request)).toBe(false);
          expect(answer?.why).toBeTruthy();
        },
      ),
      { numRuns: 3000 },
    );
    expect(await computer.bash(everything)).toBe(before);
  });

  it('a rule with one word put in, changed or left out', async () => {
    const words = [
      [
        '-i',
        'vboxnet0',
        '-o',
        'eth0',
        '-s',
        '192.168.50.0/24',
        '-m',
        'conntrack',
        '--ctstate',
        'NEW',
        '-j',
        'ACCEPT',
      ],
      ['-p', 'tcp', '--dport', '80', '-d', '10.0.0.1', '-j', 'ACCEPT'],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...words),
        fc.nat(),
        nasty,
        fc.boolean(),
        async (list, at, word, put) => {
          const place = at % list.length;
          const changed = [...list.slice(0, place), word, ...list.slice(put ? place : place + 1)];
          const answer = await helper.ask({
            ...good,
            table: 'filter',
            chain: 'FORWARD',
            words: changed,
          });
          // A few changes make another good rule (another address, say): those are taken back at once.
          if (answer?.ok)
            expect((await helper.ask({ id: 2, verb: 'undo', change: good.change }))?.ok).toBe(true);
          if (answer?.ok) for (const one of changed) expect(one).toMatch(/^[A-Za-z0-9./:,_!-]+$/);
        },
      ),
      { numRuns: 2000 },
    );
    expect(await computer.bash(everything)).toBe(before);
  });

  it('what is not a request at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .oneof(
            fc.json(),
            fc.string({ unit: 'binary' }),
            fc.constant('{'.repeat(20_000)),
            fc.constant('[1,2'),
            fc.constant('{"id":1e999}'),
          )
          .map((text) => text.replaceAll('\n', ' ')),
        async (line) => {
          expect((await helper.raw(`${line}\n`))?.ok).toBe(false);
        },
      ),
      { numRuns: 1000 },
    );
    expect((await helper.raw(Buffer.from([0xff, 0xfe, 0x00, 0x0a])))?.ok).toBe(false);
    expect(await computer.bash(everything)).toBe(before);
  });

  it.each(['serve --verbose', 'apply', '', 'undo-all extra', '-c import os', '--help'])(
    'the arguments “%s”',
    async (words) => {
      const other = computer.helper(...words.split(' ').filter(Boolean));
      expect(await other.close()).toBe(2);
    },
  );

  it('a line longer than it reads: it ends, and has taken back what it did', async () => {
    const other = await fresh();
    expect((await other.ask(good))?.ok).toBe(true);
    expect(await other.raw('x'.repeat(100_000))).toBeNull();
    await other.ended;
    expect(await computer.bash(everything)).toBe(before);
  });
});

describe('leaves other people’s rules alone', () => {
  it('also such as carry a tag like its own', async () => {
    const other = await fresh();
    await computer.bash(
      'iptables -t nat -A POSTROUTING -m comment --comment "hoplab:02-host-only/masquerade:ffffffffffffffff" -j RETURN',
    );
    const now = await computer.bash(everything);
    expect((await other.ask(good))?.ok).toBe(true);
    for (const change of ['ffffffffffffffff', 'masquerade', '*'])
      await other.ask({ id: 2, verb: 'undo', change });
    await other.ask({ id: 3, verb: 'undo-lab', lab: '02-host-only' });
    expect(await computer.bash(everything)).toBe(now);
    expect(await other.close()).toBe(0);
    expect(await computer.bash(everything)).toBe(now);
  });

  it('and does not take back what another person’s Hoplab made', async () => {
    const first = await fresh();
    await first.ask({ ...good, change: '0000000000000007' });
    first.child.kill('SIGKILL');
    await first.ended;
    await computer.bash(`sed -i 's/"uid": [0-9]*/"uid": 4242/' /var/lib/hoplab-helper/journal`);
    const applied = await computer.bash(everything);
    const second = computer.helper('serve');
    expect((await second.ask({ id: 1, verb: 'hello' }))?.['pending']).toHaveLength(1);
    if (process.getuid?.() !== 0) {
      expect(await second.ask({ id: 2, verb: 'undo', change: '0000000000000007' })).toMatchObject({
        ok: false,
      });
      expect(await computer.bash(everything)).toBe(applied);
    }
    await second.close();
    const all = computer.helper('undo-all');
    expect(await all.close()).toBe(0);
    expect(await computer.bash(everything)).not.toBe(applied);
  });
});

/** Another helper may only start when the one before has ended. */
async function fresh(): Promise<Helper> {
  await helper.close();
  helper = computer.helper('serve');
  return helper;
}

/** Wrong in a field whose every value of the right shape is good: another lab, another rule, another number. */
function harmless(request: Record<string, unknown>): boolean {
  const free: Record<string, RegExp> = {
    lab: /^[a-z0-9][a-z0-9-]{0,40}$/,
    rule: /^[a-z][a-z0-9-]{0,40}$/,
    change: /^[0-9a-f]{16}$/,
    value: /^[012]$/,
  };
  return accepted.some((base) =>
    Object.entries(free).some(([key, shape]) => {
      const value = request[key];
      return (
        typeof value === 'string' && shape.test(value) && same({ ...base, [key]: value }, request)
      );
    }),
  );
}
