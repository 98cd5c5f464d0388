/** A real bash in a real pty. */
import { afterEach, describe, expect, test } from 'vitest';
import { flow, replayLimit, type ToWindow } from '../../../main/contract/terminal.ts';
import { inProcessPtyHost, type PtyEvent } from '../../../main/terminals/client.ts';
import { isToHost } from '../../../main/terminals/pty-host.ts';
import type { ShellSpec } from '../../../main/transports/transport.ts';

/** Marks as a lab's bashrc leaves them. */
const integration = `PS1='\\[\\e]7713;prompt;host\\a\\]ready> '`;
const bash = (script = integration): ShellSpec => ({
  argv: [
    'bash',
    '--noprofile',
    '--norc',
    '-c',
    `${script}; export PS1; exec bash --norc --noprofile`,
  ],
  env: { PATH: process.env['PATH'] ?? '', HOME: '/tmp', HISTFILE: '/dev/null', LANG: 'C.UTF-8' },
  cwd: '/tmp',
  title: 'learner · bash',
  path: 'local',
});
const size = { columns: 80, rows: 24 };

function setUp() {
  const host = inProcessPtyHost();
  const events: PtyEvent[] = [];
  const waiting = new Set<() => void>();
  host.onEvent((event) => {
    events.push(event);
    for (const check of waiting) check();
  });
  const until = <T>(find: () => T | undefined) =>
    new Promise<T>((resolve) => {
      const check = () => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  const event = (match: (event: PtyEvent) => boolean) => until(() => events.find(match));
  const window = () => {
    const received: ToWindow[] = [];
    let listener: (message: unknown) => void = () => undefined;
    host.connectWindow({
      postMessage: (message) => {
        received.push(message);
        for (const check of waiting) check();
      },
      onMessage: (added) => {
        listener = added;
      },
    });
    const text = () => received.map((message) => ('data' in message ? message.data : '')).join('');
    const send = (message: unknown) => {
      listener(message);
    };
    const shows = (wanted: string) => until(() => (text().includes(wanted) ? true : undefined));
    return { received, send, text, shows };
  };
  return { host, events, event, window };
}

let open: ReturnType<typeof setUp>['host'] | null = null;
afterEach(async () => {
  await open?.dispose();
  open = null;
});

function start() {
  const all = setUp();
  open = all.host;
  return all;
}

describe('a shell in the pty host', () => {
  test('says that it started and that a prompt is there', async () => {
    const { host, event } = start();
    host.open('t1', bash(), size);
    expect(await event((e) => e.type === 'started')).toMatchObject({ id: 't1' });
    expect(await event((e) => e.type === 'prompt')).toEqual({
      type: 'prompt',
      id: 't1',
      node: 'host',
    });
  });

  test('a window gets what came before it, then what comes after', async () => {
    const { host, event, window } = start();
    host.open('t1', bash(), size);
    await event((e) => e.type === 'prompt');
    host.input('t1', 'echo be""fore\n');
    await event((e) => e.type === 'prompt' && e.id === 't1');
    const first = window();
    first.send({ type: 'attach', id: 't1', ...size });
    await first.shows('before');
    first.send({ type: 'input', id: 't1', data: 'echo af""ter\n' });
    await first.shows('after');

    const reloaded = window();
    reloaded.send({ type: 'attach', id: 't1', ...size });
    expect(reloaded.received[0]).toMatchObject({ type: 'replay' });
    expect(reloaded.text()).toContain('after');
  });

  test('a window that asks before the shell is opened gets all of it, at its size', async () => {
    const { host, window } = start();
    const screen = window();
    screen.send({ type: 'attach', id: 't1', columns: 91, rows: 33 });
    host.open('t1', bash(), size);
    await screen.shows('ready>');
    screen.send({ type: 'input', id: 't1', data: 'stty size\n' });
    await screen.shows('33 91');
  });

  test('the size reaches the program', async () => {
    const { host, window } = start();
    host.open('t1', bash(), size);
    const screen = window();
    screen.send({ type: 'attach', id: 't1', columns: 91, rows: 33 });
    screen.send({ type: 'input', id: 't1', data: 'stty size\n' });
    await screen.shows('33 91');
    screen.send({ type: 'resize', id: 't1', columns: 50, rows: 20 });
    screen.send({ type: 'input', id: 't1', data: 'stty size\n' });
    await screen.shows('20 50');
  });

  test('nothing of our own environment is inherited', async () => {
    process.env['HOPLAB_PRIVATE_TEST'] = 'leaks';
    const { host, window } = start();
    host.open('t1', bash(), size);
    const screen = window();
    screen.send({ type: 'attach', id: 't1', ...size });
    screen.send({ type: 'input', id: 't1', data: 'echo "[$HOPLAB_PRIVATE_TEST]" $TERM\n' });
    await screen.shows('[] xterm-256color');
    delete process.env['HOPLAB_PRIVATE_TEST'];
  });

  test('a window that does not draw pauses the program; drawing lets it go on', async () => {
    const { host, window } = start();
    host.open('t1', bash(), size);
    const screen = window();
    screen.send({ type: 'attach', id: 't1', ...size });
    screen.send({ type: 'input', id: 't1', data: 'seq 1 200000; echo do""ne\n' });
    await screen.shows('\r\n9000\r\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const stuckAt = screen.text().length;
    // One read of the pty may come on top of the mark.
    expect(stuckAt).toBeLessThan(flow.pauseAbove + 3 * 65_536);
    const drawing = setInterval(() => {
      screen.send({ type: 'acknowledge', id: 't1', characters: flow.pauseAbove });
    }, 1);
    await screen.shows('done');
    clearInterval(drawing);
    expect(screen.text().length).toBeGreaterThan(stuckAt);
  });

  test('without a window a program runs to its end, and the replay stays bounded', async () => {
    const { host, events, event, window } = start();
    host.open('t1', bash(), size);
    await event((e) => e.type === 'prompt');
    events.length = 0;
    host.input('t1', 'seq 1 300000\n');
    await event((e) => e.type === 'prompt');
    const screen = window();
    screen.send({ type: 'attach', id: 't1', ...size });
    expect(screen.text().length).toBeLessThanOrEqual(replayLimit);
    expect(screen.text()).toContain('300000');
  });

  test('only a tapped terminal reports its output', async () => {
    const { host, events, event } = start();
    host.open('t1', bash(), size);
    await event((e) => e.type === 'prompt');
    expect(events.some((e) => e.type === 'output')).toBe(false);
    host.tap('t1', true);
    host.input('t1', 'echo tap""ped\n');
    await event((e) => e.type === 'output' && e.data.includes('tapped'));
  });

  test('exit is told with its code, to the app and to the window', async () => {
    const { host, event, window } = start();
    host.open('t1', bash(), size);
    const screen = window();
    screen.send({ type: 'attach', id: 't1', ...size });
    screen.send({ type: 'input', id: 't1', data: 'exit 7\n' });
    expect(await event((e) => e.type === 'ended')).toEqual({
      type: 'ended',
      id: 't1',
      exitCode: 7,
    });
    expect(screen.received.at(-1)).toEqual({ type: 'ended', id: 't1', exitCode: 7 });
  });

  test('a program that does not exist is a shell that ended', async () => {
    const { host, event } = start();
    host.open('t1', { ...bash(), argv: ['/does/not/exist'] }, size);
    expect(await event((e) => e.type === 'ended')).toMatchObject({ id: 't1' });
  });

  test('closing ends a shell that ignores the hang-up', async () => {
    const { host, event } = start();
    host.open('t1', bash(`trap '' HUP; ${integration}`), size);
    const started = await event((e) => e.type === 'started');
    await event((e) => e.type === 'prompt');
    host.close('t1');
    await event((e) => e.type === 'ended');
    expect(() => process.kill((started as { pid: number }).pid, 0)).toThrow();
  });

  test('Ctrl-C is heard while output floods', async () => {
    const { host, events, event, window } = start();
    host.open('t1', bash(), size);
    const screen = window();
    await event((e) => e.type === 'prompt');
    screen.send({ type: 'attach', id: 't1', ...size });
    const drawing = setInterval(() => {
      screen.send({ type: 'acknowledge', id: 't1', characters: flow.pauseAbove });
    }, 1);
    screen.send({ type: 'input', id: 't1', data: 'yes\n' });
    await screen.shows('y\r\ny\r\ny\r\n');
    events.length = 0;
    screen.send({ type: 'input', id: 't1', data: '\x03' });
    await event((e) => e.type === 'prompt');
    clearInterval(drawing);
  });
});

test.each([
  [null],
  [{}],
  [{ type: 'attach', id: '../x', columns: 1, rows: 1 }],
  [{ type: 'attach', id: 't1', columns: 'x', rows: 1 }],
  [{ type: 'input', id: 't1', data: 5 }],
  [{ type: 'acknowledge', id: 't1', characters: Number.NaN }],
  [{ type: 'open', id: 't1' }],
])('a window message of another shape is refused: %j', (message) => {
  expect(isToHost(message)).toBe(false);
});
