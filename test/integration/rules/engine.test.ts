/** Rules of a lab, applied and taken back in any order, on a node where others have rules as well. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabFailure } from '../../../main/contract/failure.ts';
import { Rule } from '../../../main/contract/operations.ts';
import { RuleEngine } from '../../../main/rules/engine.ts';
import { memoryJournal, openJournal, type Journal } from '../../../main/rules/journal.ts';
import { makeNode, stateOf, type TestNode } from './namespace.ts';

const rule = (operations: unknown[], more: object = {}) =>
  Rule.parse({ title: 't', what: 'w', operations, ...more });
const host = { node: 'host' };
const nat = { ...host, table: 'nat', chain: 'POSTROUTING' };
const forward = { ...host, table: 'filter', chain: 'FORWARD' };
const rules = {
  'ip-forward': rule([{ do: 'sysctl', ...host, key: 'net.ipv4.ip_forward', value: '1' }]),
  new: rule([
    {
      do: 'iptables-append',
      ...forward,
      rule: '-o {{lan}} -i vboxnet0 -s 192.168.50.0/24 -m conntrack --ctstate NEW -j ACCEPT',
    },
  ]),
  known: rule([
    {
      do: 'iptables-append',
      ...forward,
      rule: '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    },
  ]),
  masquerade: rule([{ do: 'iptables-append', ...nat, rule: '-o {{lan}} -j MASQUERADE' }]),
  again: rule([{ do: 'iptables-append', ...nat, rule: '-o eno1 -j MASQUERADE' }]),
  flush: rule([{ do: 'iptables-flush', ...nat }], { marked: 'careful' }),
  dockerless: rule([
    { do: 'iptables-delete', ...nat, rule: '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE' },
  ]),
  route: rule([{ do: 'route-add', ...host, to: 'default', via: '10.0.0.9' }]),
  file: rule([{ do: 'file-write', ...host, path: '/srv/x/y', content: 'z' }]),
};
const ids = Object.keys(rules);
const setup = `
  ip link set lo up; ip link add eno1 type veth peer name p0; ip link set eno1 up; ip link set p0 up
  ip addr add 10.0.0.1/24 dev eno1; ip route add default via 10.0.0.254
  iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
  iptables -P FORWARD DROP`;

let node: TestNode;
let up = true;
const engineWith = (journal: Journal) =>
  new RuleEngine({
    rules,
    values: { lan: 'eno1' },
    journal,
    transport: () => {
      if (!up) throw new LabFailure('node-down', 'down');
      return node.transport;
    },
  });
const lives = (engine: RuleEngine) =>
  Object.fromEntries(engine.states().map(({ id, life }) => [id, life]));
const stateOfRule = (engine: RuleEngine, id: string) => engine.states().find((s) => s.id === id);

beforeEach(async () => {
  up = true;
  node = await makeNode(setup);
});
afterEach(() => {
  node.close();
});

describe('states come from the kernel', () => {
  it('off, on by a click, and off again', async () => {
    const engine = engineWith(memoryJournal());
    await engine.refresh();
    expect(new Set(Object.values(lives(engine)))).toEqual(new Set(['off']));
    await engine.apply('ip-forward');
    expect(stateOfRule(engine, 'ip-forward')).toMatchObject({
      life: 'on',
      note: 'was 0',
      canUndo: true,
      commands: [{ node: 'host', line: 'sudo sysctl -w net.ipv4.ip_forward=1' }],
    });
    await engine.undo('ip-forward');
    expect(stateOfRule(engine, 'ip-forward')).toMatchObject({ life: 'off', canUndo: false });
  });

  it('sees what is typed, in whatever order of words, and can take it back', async () => {
    const engine = engineWith(memoryJournal());
    const baseline = await stateOf(node);
    await engine.refresh();
    await node.sh(`
      iptables -A FORWARD -s 192.168.50.0/24 -i vboxnet0 -o eno1 -m conntrack --ctstate NEW -j ACCEPT
      iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables -t nat -F POSTROUTING
      sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
      route add default gw 10.0.0.9 2> /dev/null || ip route prepend default via 10.0.0.9`);
    await engine.refresh();
    for (const id of ['new', 'known', 'ip-forward', 'route', 'flush']) {
      expect(stateOfRule(engine, id), id).toMatchObject({ life: 'on', note: 'typed by you' });
    }
    await engine.undoAll();
    expect(await stateOf(node)).toBe(baseline);
  });

  it('says drifted when somebody takes away what was applied', async () => {
    const engine = engineWith(memoryJournal());
    await engine.refresh();
    await engine.apply('masquerade');
    await node.sh('iptables -t nat -D POSTROUTING -o eno1 -j MASQUERADE');
    await engine.refresh();
    expect(stateOfRule(engine, 'masquerade')?.life).toBe('drifted');
    expect(engine.lifeInKernel('masquerade')).toBe('off');
    await engine.undo('masquerade');
    expect(stateOfRule(engine, 'masquerade')?.life).toBe('off');
  });

  it('is unavailable while the node is down, and forgets with it', async () => {
    const engine = engineWith(memoryJournal());
    await engine.refresh();
    await engine.apply('ip-forward');
    up = false;
    await engine.refresh();
    expect(stateOfRule(engine, 'ip-forward')).toMatchObject({
      life: 'unavailable',
      note: 'host is not running',
    });
    await engine.forget('host');
    up = true;
    await engine.refresh();
    expect(stateOfRule(engine, 'ip-forward')).toMatchObject({ life: 'on', canUndo: false });
  });

  it('does not offer to take back what was so before the lab', async () => {
    await node.sh('echo 1 > /proc/sys/net/ipv4/ip_forward');
    const engine = engineWith(memoryJournal());
    await engine.refresh();
    expect(stateOfRule(engine, 'ip-forward')).toMatchObject({ life: 'on', canUndo: false });
  });
});

describe('taking back', () => {
  it('restores 20 rules of others that a flush removed, in order, with counters', async () => {
    for (let i = 1; i <= 20; i++) {
      await node.sh(
        `iptables -t nat -c ${i} ${i * 60} -A POSTROUTING -s 10.${i}.0.0/16 -m comment --comment "others $i" -j RETURN`,
      );
    }
    const counted = () => node.sh("iptables-save -c -t nat | grep -- '-A POSTROUTING'");
    const before = await counted();
    const engine = engineWith(memoryJournal());
    await engine.refresh();
    await engine.apply('flush');
    expect(await node.sh('iptables -t nat -S POSTROUTING')).toBe('-P POSTROUTING ACCEPT\n');
    await engine.undo('flush');
    expect(await counted()).toBe(before);
  });

  it('leaves an equal rule of somebody else alone', async () => {
    await node.sh('iptables -t nat -A POSTROUTING -o eno1 -j MASQUERADE');
    const engine = engineWith(memoryJournal());
    await engine.refresh();
    expect(stateOfRule(engine, 'masquerade')).toMatchObject({ life: 'on', canUndo: false });
    const baseline = await stateOf(node);
    await engine.undo('masquerade');
    await engine.apply('masquerade');
    await engine.undo('masquerade');
    expect(await stateOf(node)).toBe(baseline);
  });

  it('of a rule leaves nothing behind when one of its operations fails', async () => {
    const broken = {
      half: rule([
        { do: 'sysctl', ...host, key: 'net.ipv4.ip_default_ttl', value: '7' },
        { do: 'route-add', ...host, to: '10.99.0.0/16', via: '203.0.113.1' },
      ]),
    };
    const journal = memoryJournal();
    const transport = () => node.transport;
    const engine = new RuleEngine({ rules: broken, values: {}, journal, transport });
    const baseline = await stateOf(node);
    await expect(engine.apply('half')).rejects.toMatchObject({ code: 'command-failed' });
    expect(await stateOf(node)).toBe(baseline);
    expect(journal.pending()).toEqual([]);
  });

  it('never touches marked rules in one go, and refuses unknown ones', async () => {
    const engine = engineWith(memoryJournal());
    await engine.refresh();
    await engine.applyAll(ids.filter((id) => id !== 'again' && id !== 'dockerless'));
    expect(lives(engine).flush).toBe('off');
    expect(lives(engine).masquerade).toBe('on');
    await expect(engine.apply('nothing')).rejects.toMatchObject({ code: 'not-found' });
    await expect(engine.apply('constructor')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('works in any order', async () => {
    const step = fc.record({ id: fc.constantFrom(...ids), act: fc.constantFrom('apply', 'undo') });
    const order = fc.shuffledSubarray(ids, { minLength: ids.length });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), order, async (steps, last) => {
        node.close();
        node = await makeNode(setup);
        const engine = engineWith(memoryJournal());
        await engine.refresh();
        const baseline = await stateOf(node);
        for (const { id, act } of steps) {
          await (act === 'apply' ? engine.apply(id) : engine.undo(id));
        }
        for (const id of last) await engine.undo(id);
        expect(await stateOf(node)).toBe(baseline);
        expect(new Set(Object.values(lives(engine)))).toEqual(new Set(['off']));
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 8) },
    );
  }, 600_000);
});

describe('the journal', () => {
  it('takes back after a crash, also when its last line is torn', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'hoplab-journal-'));
    const file = path.join(dir, 'journal.jsonl');
    const baseline = await stateOf(node);
    const crashed = await openJournal(file);
    const engine = engineWith(crashed);
    await engine.refresh();
    for (const id of ids) await engine.apply(id);
    expect(await stateOf(node)).not.toBe(baseline);
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"record":"apply","entry":{"id":9`);
    await crashed.close();
    const journal = await openJournal(file);
    expect(journal.skipped).toBe(1);
    const second = engineWith(journal);
    await second.refresh();
    expect(stateOfRule(second, 'ip-forward')).toMatchObject({ life: 'on', canUndo: true });
    await second.undoAll();
    expect(await stateOf(node)).toBe(baseline);
    await journal.close();
    const last = await openJournal(file);
    expect(last.pending()).toEqual([]);
    await last.close();
    rmSync(dir, { recursive: true });
  });

  it('holds the change before it is made', async () => {
    const order: string[] = [];
    const memory = memoryJournal();
    const journal: Journal = {
      ...memory,
      begin: (entry) => {
        order.push('journal');
        return memory.begin(entry);
      },
    };
    const watched = {
      ...node.transport,
      exec: ((argv, options) => {
        if (argv.includes('-A')) order.push('change');
        return node.transport.exec(argv, options);
      }) as TestNode['transport']['exec'],
    };
    const engine = new RuleEngine({
      rules,
      values: { lan: 'eno1' },
      journal,
      transport: () => watched,
    });
    await engine.apply('masquerade');
    expect(order).toEqual(['journal', 'change']);
  });
});
