/** The rules of lab 2 on the learner's own computer, where others have rules as well: through the helper, asked for once. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../../../main/platform/run.ts';
import { Rights } from '../../../main/rules/elevation/rights.ts';
import type { Argv } from '../../../main/transports/transport.ts';
import type { RuleEngine } from '../../../main/rules/engine.ts';
import { rules, startApp } from './app.ts';
import { everything, helperPath, makeComputer, type Computer } from './helper.ts';

const others = `
  iptables -P FORWARD DROP; iptables -N DOCKER-USER; iptables -A FORWARD -j DOCKER-USER
  iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
  iptables -t nat -A POSTROUTING -s 10.1.0.0/16 -m comment --comment "VPN of others" -j MASQUERADE
  mount -t tmpfs t /var/lib`;

let computer: Computer;
let tmp: string;
let states: string[];
let rights: Rights;
let engine: RuleEngine;
let before: string;
let enter: Argv;
beforeEach(async () => {
  computer = await makeComputer();
  await computer.bash(others);
  before = await computer.bash(everything);
  tmp = mkdtempSync(path.join(tmpdir(), 'hoplab-rights-'));
  enter = computer.enter;
  ({ rights, engine, states } = startApp(enter, tmp));
});
afterEach(async () => {
  await rights.end();
  computer.close();
  rmSync(tmp, { recursive: true });
});

const lives = () => Object.fromEntries(engine.states().map(({ id, life }) => [id, life]));
const state = (id: string) => engine.states().find((one) => one.id === id);

it('without the permission nothing is read as root and nothing is changed', async () => {
  await engine.refresh();
  expect(state('masquerade')).toMatchObject({ life: 'unavailable', canUndo: false });
  expect(state('forwarding')).toMatchObject({ life: 'off' });
  await expect(engine.apply('forwarding')).rejects.toMatchObject({ code: 'needs-rights' });
  expect(await computer.bash(everything)).toBe(before);
  expect(states).toEqual([]);
});

it('applies each, shows it, and takes all back exactly, in any order', async () => {
  await rights.request();
  for (const id of Object.keys(rules)) await engine.apply(id);
  expect(lives()).toEqual({
    forwarding: 'on',
    new: 'on',
    known: 'on',
    masquerade: 'drifted',
    flush: 'on',
  });
  const applied = await computer.bash(everything);
  expect(applied).toMatch(/-A FORWARD .*hoplab:02-host-only\/new:[0-9a-f]{16}/);
  expect(applied).not.toContain('VPN of others');
  for (const id of ['new', 'masquerade', 'forwarding', 'known', 'flush']) await engine.undo(id);
  expect(new Set(Object.values(lives()))).toEqual(new Set(['off']));
  expect(await computer.bash(everything)).toBe(before);
  expect(states).toEqual(['asking', 'granted']);
});

it('a rule the learner typed is on, and is not ours to take back', async () => {
  await rights.request();
  await engine.refresh();
  await computer.bash('iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE');
  const typed = await computer.bash(everything);
  await engine.refresh();
  expect(state('masquerade')).toMatchObject({ life: 'on', canUndo: false });
  await engine.undoAll();
  await rights.end();
  expect(await computer.bash(everything)).toBe(typed);
});

it('what somebody else’s reload removed is said, and can be applied again', async () => {
  await rights.request();
  await engine.apply('masquerade');
  await computer.bash('iptables -t nat -F POSTROUTING');
  await engine.refresh();
  expect(state('masquerade')).toMatchObject({ life: 'drifted' });
  await engine.apply('masquerade');
  expect(state('masquerade')).toMatchObject({ life: 'on' });
});

it('behind a rule that rejects everything it is put first, where it works, and says so', async () => {
  await computer.bash('iptables -A FORWARD -j REJECT');
  const rejecting = await computer.bash(everything);
  await rights.request();
  await engine.apply('new');
  expect(state('new')).toMatchObject({ life: 'on', canUndo: true });
  expect(state('new')?.note).toContain('put first');
  const chain = await computer.bash('iptables -S FORWARD');
  expect(chain.split('\n')[1]).toContain('hoplab:02-host-only/new');
  await engine.undo('new');
  expect(await computer.bash(everything)).toBe(rejecting);
});

it('the end of the app takes everything back', async () => {
  await rights.request();
  await engine.applyAll(['forwarding', 'new', 'known', 'masquerade']);
  await rights.end();
  expect(await computer.bash(everything)).toBe(before);
  // Nor does the helper leave anything of its own.
  expect(await computer.bash('ls /var/lib')).toBe('');
  expect(states).toEqual(['asking', 'granted', 'none']);
});

it('a killed helper is noticed; the next one takes back what it left', async () => {
  await rights.request();
  await engine.applyAll(['forwarding', 'masquerade']);
  process.kill(Number(readFileSync(path.join(tmp, 'pid'), 'utf8')), 'SIGKILL');
  await expect.poll(() => rights.state).toBe('none');
  await expect(engine.apply('new')).rejects.toMatchObject({ code: 'needs-rights' });
  expect(await computer.bash('cat /var/lib/hoplab-helper/pending.json')).toContain('masquerade');
  await rights.request();
  const undone = await rights.undoLab('02-host-only');
  expect(undone).toEqual([
    'iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE',
    'sysctl -w net.ipv4.ip_forward=1',
  ]);
  expect(await computer.bash(everything)).toBe(before);
});

it.each([
  ['dialog', 126, 'cancelled'],
  ['dialog', 127, 'not-permitted'],
  ['terminal', 1, 'not-permitted'],
] as const)('a refused %s (%i) is %s, and nothing happened', async (kind, code, wanted) => {
  const refusing = new Rights({
    ways: () => Promise.resolve([{ kind, argv: ['sh', '-c', `exit ${String(code)}`] }]),
    tmp,
    ask: (argv) => {
      const ended = run(argv).then((result) => result.code);
      return Promise.resolve({ ended, close: () => undefined });
    },
  });
  await expect(refusing.request()).rejects.toMatchObject({ code: wanted });
  expect(refusing.state).toBe('none');
  expect(await computer.bash(everything)).toBe(before);
});

it('without an agent it asks in a terminal instead', async () => {
  const seen: string[] = [];
  let line: Argv | null = null;
  const both = new Rights({
    ways: () =>
      Promise.resolve([
        { kind: 'dialog', argv: ['sh', '-c', 'exit 127'] },
        { kind: 'terminal', argv: [...enter, helperPath, 'serve'] },
      ]),
    tmp,
    ask: (argv) => {
      line = argv;
      const ended = run(argv, { timeoutMs: 30_000 }).then((result) => result.code);
      return Promise.resolve({ ended, close: () => undefined });
    },
  });
  both.onChange(() => seen.push(both.state));
  await both.request();
  expect(seen).toEqual(['asking', 'granted']);
  expect(line).toContain('serve');
  await both.apply('x', 'y', '0011223344556677', {
    do: 'sysctl',
    node: 'host',
    key: 'net.ipv4.ip_forward',
    value: '1',
  });
  expect(await computer.bash('cat /proc/sys/net/ipv4/ip_forward')).toBe('1\n');
  await both.end();
  expect(await computer.bash(everything)).toBe(before);
});
