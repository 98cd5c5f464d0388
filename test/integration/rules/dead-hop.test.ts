/**
 * A route over several ways of which one leads out of an interface that is down: the kernel keeps it, with a dead hop, but
 * would not take it again. So nothing is done that could not be taken back.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rule } from '../../../main/contract/operations.ts';
import { RuleEngine } from '../../../main/rules/engine.ts';
import { memoryJournal } from '../../../main/rules/journal.ts';
import { makeNode, stateOf, type TestNode } from './namespace.ts';

const host = { node: 'host' };
const rule = (operation: object) =>
  Rule.parse({ title: 't', what: 'w', operations: [{ ...operation, ...host }] });
const rules = {
  ways: rule({ do: 'route-delete', to: '10.9.0.0/16' }),
  middle: rule({ do: 'route-delete', to: 'default', via: '10.0.0.8' }),
  cable: rule({ do: 'link-set', interface: 'eth0', state: 'down' }),
  address: rule({ do: 'address-delete', interface: 'eth0', address: '10.0.0.1/24' }),
  other: rule({ do: 'route-add', to: '10.7.0.0/16', via: '10.0.0.9' }),
};
type Id = keyof typeof rules;
const ids = Object.keys(rules) as Id[];
const disturbed: Id[] = ['ways', 'middle', 'cable', 'address'];

let node: TestNode;
let engine: RuleEngine;
const state = (id: Id) => engine.states().find((one) => one.id === id);

beforeEach(async () => {
  node = await makeNode(`
    ip link set lo up
    for i in 0 1; do ip link add eth$i type veth peer name peer$i; ip link set eth$i up; ip link set peer$i up; done
    ip addr add 10.0.0.1/24 dev eth0; ip addr add 10.1.0.1/24 dev eth1
    ip route add 10.9.0.0/16 nexthop via 10.0.0.9 nexthop via 10.1.0.9
    ip route append default via 10.0.0.7; ip route append default via 10.0.0.8
    ip route append default nexthop via 10.0.0.9 nexthop via 10.1.0.9`);
  engine = new RuleEngine({
    rules,
    values: {},
    transport: () => node.transport,
    journal: memoryJournal(),
  });
});
afterEach(() => {
  node.close();
});

describe('with a dead hop', () => {
  beforeEach(() => node.sh('ip link set eth1 down'));

  it.each(disturbed)('%s says that it could not be taken back, and changes nothing', async (id) => {
    await engine.refresh();
    const before = await stateOf(node);
    expect(before).toContain('dead');
    expect(state(id)?.obstacle).toMatch(/The route to (10\.9\.0\.0\/16|default) .*eth1.* down/);
    await expect(engine.apply(id)).rejects.toMatchObject({
      code: 'no-way-back',
      hint: expect.stringContaining('ip link set eth1 up') as string,
    });
    expect(await stateOf(node)).toBe(before);
    expect(state(id)).toMatchObject({ life: 'off', canUndo: false });
  });

  it('what does not touch such a route is done and taken back', async () => {
    await engine.refresh();
    const before = await stateOf(node);
    expect(state('other')?.obstacle).toBeNull();
    await engine.apply('other');
    await engine.undo('other');
    expect(await stateOf(node)).toBe(before);
  });

  it('does not offer to take back what was typed and cannot be', async () => {
    await engine.refresh();
    await node.sh('ip route del 10.9.0.0/16');
    await engine.refresh();
    expect(state('ways')).toMatchObject({ life: 'on', canUndo: false });
  });

  it('says nothing any more when the interface is up again', async () => {
    await engine.refresh();
    await node.sh('ip link set eth1 up');
    await engine.refresh();
    expect(ids.map((id) => state(id)?.obstacle)).toEqual(ids.map(() => null));
    const before = await stateOf(node);
    for (const id of disturbed) {
      await engine.apply(id);
      await engine.undo(id);
      expect(await stateOf(node), id).toBe(before);
    }
  });
});

describe('with a hop that has died since', () => {
  it('puts nothing back wrongly, and all of it when the interface is up again', async () => {
    await engine.refresh();
    const before = await stateOf(node);
    for (const id of ['ways', 'middle'] as const) await engine.apply(id);
    await node.sh('ip link set eth1 down');
    const changed = await stateOf(node);
    for (const id of ['ways', 'middle'] as const)
      await expect(engine.undo(id)).rejects.toMatchObject({
        message: expect.any(String) as string,
      });
    expect(await stateOf(node)).toBe(changed);
    await node.sh('ip link set eth1 up');
    await engine.undoAll();
    expect(await stateOf(node)).toBe(before);
  });
});
