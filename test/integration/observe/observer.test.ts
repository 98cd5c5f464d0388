/** Panels of a real namespace: what changes in the kernel is on the panel at once, and nothing is left behind. */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabFailure } from '../../../main/contract/failure.ts';
import type { PanelKind } from '../../../main/contract/lab.ts';
import type { PanelView } from '../../../main/contract/network.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { Observer } from '../../../main/observe/observer.ts';
import type { ProcessHandle, Transport } from '../../../main/transports/transport.ts';
import { makeNode, type TestNode } from '../rules/namespace.ts';

const loaded = await loadLab(path.join(import.meta.dirname, '../../../labs/02-host-only'));
if (!('lab' in loaded)) throw new Error('mistakes');
const { lab } = loaded;

let node: TestNode;
let up: boolean;
let views: PanelView[];
let observer: Observer;
let spawned: ProcessHandle[];
/** Whether what is started on the node now never answers. */
let stuck: boolean;
const last = (panel: PanelKind) => views.filter((view) => view.panel === panel).at(-1);
const rows = (panel: PanelKind) => last(panel)?.sections.flatMap((section) => section.rows) ?? [];
const row = (panel: PanelKind, text: string) =>
  rows(panel).find(({ cells }) => Object.values(cells).join(' ').includes(text));

async function eventually<T>(find: () => T | undefined | null | false, ms = 4000): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    const found = find();
    if (found) return found;
    if (Date.now() > until)
      throw new Error(`not within ${String(ms)} ms: ${JSON.stringify(views.at(-1))}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
/** Tools of ours that run in the namespace. */
const processes = async () => {
  const found = await node.sh(`
    own=$(readlink /proc/self/ns/net)
    for dir in /proc/[0-9]*; do
      [ "$(readlink $dir/ns/net 2> /dev/null)" = "$own" ] && cat $dir/comm 2> /dev/null || true
    done`);
  const ours = ['ip', 'bash', 'nft', 'bridge', 'conntrack', 'iptables-save', 'ss'];
  return found.split('\n').filter((name) => ours.includes(name)).length;
};
/** A tool that was running at that moment may finish its line first. */
const nothingLeft = async (before: number) => {
  let left = before + 1;
  for (const until = Date.now() + 5000; left > before && Date.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = await processes();
  }
  expect(left).toBe(before);
};

beforeEach(async () => {
  up = true;
  views = [];
  spawned = [];
  stuck = false;
  node = await makeNode(`
    ip link set lo up
    ip link add eno1 type veth peer name p0; ip link set eno1 up; ip link set p0 up
    ip addr add 192.168.178.20/24 dev eno1`);
  observer = new Observer({
    transport: () => {
      if (!up) throw new LabFailure('node-down', 'down');
      const { transport } = node;
      const spawn: Transport['spawn'] = (argv) => {
        const handle = transport.spawn(stuck ? ['sleep', '300'] : argv);
        spawned.push(handle);
        return handle;
      };
      return { ...transport, spawn };
    },
    context: () => ({ lab }),
    changed: (view) => views.push(view),
  });
});
afterEach(() => {
  observer.dispose();
  node.close();
});

describe('an observer', () => {
  it('shows what is there, unmarked, and marks what comes and goes', async () => {
    observer.watch('host', 'routes');
    const first = await eventually(() => row('routes', '192.168.178.0/24'));
    expect(first).toMatchObject({ change: 'none', changedAt: 0 });
    await node.sh('ip route add default via 192.168.178.1');
    const added = await eventually(() => row('routes', 'default'));
    expect(added).toMatchObject({ change: 'added', note: 'router' });
    await node.sh('ip route del default');
    await eventually(() => row('routes', 'default')?.change === 'removed');
  });

  it('reads routes again when an interface goes down, which no route event says', async () => {
    observer.watch('host', 'routes');
    await eventually(() => row('routes', '192.168.178.0/24'));
    await node.sh('ip link set eno1 down');
    await eventually(() => row('routes', '192.168.178.0/24')?.change === 'removed');
  });

  it('shows neighbours, interfaces and their state', async () => {
    observer.watch('host', 'neighbours');
    observer.watch('host', 'interfaces');
    await eventually(() => last('interfaces') && last('neighbours'));
    await node.sh('ip neigh add 192.168.178.1 lladdr 02:00:00:00:00:01 dev eno1');
    expect(await eventually(() => row('neighbours', '192.168.178.1'))).toMatchObject({
      cells: { state: 'PERMANENT' },
      note: 'router',
    });
    await node.sh('ip link set p0 down');
    await eventually(() => row('interfaces', 'eno1')?.cells.state === 'NO-CARRIER');
  });

  it('shows rules as they are made, and counters without marking the row', async () => {
    observer.watch('host', 'firewall');
    await eventually(() => last('firewall'));
    await node.sh('iptables -A OUTPUT -d 127.0.0.1 -j ACCEPT');
    const rule = await eventually(() => row('firewall', '-d 127.0.0.1/32 -j ACCEPT'));
    expect(rule).toMatchObject({ change: 'added', cells: { packets: '0' } });
    await node.sh('ping -c 2 -i 0.01 127.0.0.1');
    const counted = await eventually(
      () =>
        row('firewall', '-d 127.0.0.1/32')?.cells.packets === '4' &&
        row('firewall', '-d 127.0.0.1/32'),
    );
    expect(counted).toMatchObject({ changedAt: rule.changedAt });
    expect(counted.changedCells).toContain('packets');
  });

  it('says that tables of the older iptables hold rules too, and shows them', async () => {
    observer.watch('host', 'firewall');
    await eventually(() => last('firewall'));
    // Its tables come into being when they are looked at; as long as they hold nothing there is nothing to say.
    await node.sh(
      'iptables-legacy -L -n; iptables-legacy -t nat -L -n; iptables -A INPUT -j ACCEPT',
    );
    await eventually(() => row('firewall', '-j ACCEPT'));
    expect(last('firewall')?.notice).toBeNull();

    const hide = '-t nat -A POSTROUTING -o eno1 -j MASQUERADE';
    await node.sh(`iptables-legacy ${hide}; iptables-legacy -P FORWARD DROP; ping -c 1 127.0.0.1`);
    const view = await eventually(() => (last('firewall')?.notice ? last('firewall') : null));
    expect(view.notice).toContain('The tables filter and nat also hold legacy rules');
    expect(view.notice).toContain('sudo iptables-legacy-save');
    const legacy = view.sections.filter(({ title }) => title.startsWith('legacy '));
    expect(
      legacy.map(({ title, rows }) => [title, ...rows.map(({ cells }) => cells.rule)]),
    ).toEqual([
      ['legacy filter · FORWARD', 'policy DROP'],
      ['legacy nat · POSTROUTING', '-o eno1 -j MASQUERADE', 'policy ACCEPT'],
    ]);

    await node.sh(
      'iptables-legacy -P FORWARD ACCEPT; iptables-legacy -t nat -F; ping -c 1 127.0.0.1',
    );
    await eventually(() => last('firewall')?.notice === null);
  });

  it('shows sockets with their process', async () => {
    observer.watch('host', 'connections');
    await eventually(() => last('connections'));
    const listener = node.transport.spawn(['python3', '-m', 'http.server', '8099']);
    const socket = await eventually(() => row('connections', '8099'));
    expect(socket.cells).toMatchObject({ state: 'LISTEN', who: 'python3' });
    listener.kill();
    await eventually(() => row('connections', '8099')?.change === 'removed');
  });

  it('says why it shows nothing, and goes on when the node is back', async () => {
    up = false;
    observer.watch('host', 'routes');
    await eventually(() => last('routes')?.unavailable === 'host is not running');
    up = true;
    observer.nodesChanged();
    await eventually(() => row('routes', '192.168.178.0/24'));
    const old = node;
    node = await makeNode('ip link set lo up');
    for (const handle of spawned) handle.kill();
    old.close();
    await eventually(
      () =>
        last('routes')?.unavailable === null &&
        row('routes', '192.168.178.0/24')?.change === 'removed',
    );
  });

  it('asks anew by itself when a node has not answered in time', async () => {
    stuck = true;
    observer.watch('host', 'routes');
    await eventually(() => spawned.length > 0);
    stuck = false;
    await eventually(() => last('routes')?.unavailable === 'host is not running', 9000);
    await eventually(() => row('routes', '192.168.178.0/24'));
  }, 20_000);

  it('tells nobody anything, and leaves no process behind, when all watching ends at once', async () => {
    const before = await processes();
    const panels: PanelKind[] = ['neighbours', 'routes', 'firewall', 'interfaces', 'connections'];
    let told = 0;
    for (let ms = 0; ms < 30; ms++) {
      for (const panel of panels) observer.watch('host', panel);
      // Ended in the middle of whatever it was doing.
      await new Promise((resolve) => setTimeout(resolve, ms));
      observer.unwatchAll();
      views = [];
      await new Promise((resolve) => setImmediate(resolve));
      told += views.length;
    }
    await nothingLeft(before);
    expect(told + views.length).toBe(0);
  });

  it('shows every change of many, and leaves no process behind', async () => {
    const before = await processes();
    const panels: PanelKind[] = ['neighbours', 'routes', 'firewall', 'interfaces', 'connections'];
    for (const panel of panels) observer.watch('host', panel);
    for (const panel of panels) await eventually(() => last(panel));
    observer.watch('host', 'routes');
    observer.unwatch('host', 'routes');
    for (let i = 1; i <= 20; i++) {
      await node.sh(`ip route add 10.${i}.0.0/16 dev eno1`);
      await eventually(() => row('routes', `10.${i}.0.0/16`));
    }

    expect(await processes()).toBeGreaterThan(before);
    for (const panel of panels) observer.unwatch('host', panel);
    await nothingLeft(before);
  });
});
