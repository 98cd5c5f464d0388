/** How VBoxManage is called: what is done when it does not answer, or when nobody wants the answer any more. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { VboxCli } from '../../../../main/backends/vagrant/vbox-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'hl-vbox-'));
const program = join(folder, 'VBoxManage');
const uuid = '11111111-2222-3333-4444-555555555555';
const cli = () => new VboxCli(program, { PATH: process.env['PATH'] ?? '' });

/** Hangs at what it is told to hang at, and says its words otherwise. */
beforeAll(() => {
  writeFileSync(
    program,
    `#!/bin/sh
for word in $(cat ${folder}/hang 2>/dev/null); do [ "$word" = "$1" ] && exec sleep 600; done
echo "$*"
`,
  );
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const hangs = (...verbs: string[]) => writeFileSync(join(folder, 'hang'), verbs.join(' '));

describe('VBoxManage', () => {
  test('a call is given up at once when nobody wants it any more', async () => {
    hangs('list');
    const stop = new AbortController();
    const asked = cli().call(['list', 'vms'], { signal: stop.signal });
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('a call that waits behind another one is given up as well', async () => {
    hangs('showvminfo');
    const vbox = cli();
    const stop = new AbortController();
    const first = new AbortController();
    const ahead = vbox.call(['showvminfo', uuid], { about: uuid, signal: first.signal });
    const behind = vbox.call(['showvminfo', uuid], { about: uuid, signal: stop.signal });
    stop.abort();
    await expect(behind).rejects.toMatchObject({ code: 'cancelled' });
    first.abort();
    await expect(ahead).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('how long it has answered nothing is known while it is waited for', async () => {
    hangs('list');
    const vbox = cli();
    expect(vbox.silentMs).toBe(0);
    const stop = new AbortController();
    const asked = vbox.call(['list', 'vms'], { signal: stop.signal });
    await vi.waitFor(() => expect(vbox.silentMs).toBeGreaterThan(50));
    stop.abort();
    await expect(asked).rejects.toThrow();
    // Nobody waited long enough to know.
    await vi.waitFor(() => expect(vbox.silentMs).toBe(0));
  });

  test('after a call that was not answered it counts as silent until it answers again', async () => {
    hangs('list');
    const vbox = cli();
    await expect(vbox.call(['list', 'vms'], { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'timed-out',
    });
    expect(vbox.silentMs).toBeGreaterThanOrEqual(100);
    hangs();
    await vbox.call(['list', 'vms']);
    expect(vbox.silentMs).toBe(0);
  });

  test('what changes a machine may take its time', async () => {
    hangs('snapshot');
    const vbox = cli();
    const stop = new AbortController();
    const taken = vbox.call(['snapshot', uuid, 'take', 'start'], { signal: stop.signal });
    await vbox.call(['list', 'vms']);
    expect(vbox.silentMs).toBe(0);
    stop.abort();
    await expect(taken).rejects.toThrow();
  });

  test('whether it answers at all is asked within a few seconds', async () => {
    hangs('list');
    await expect(cli().answers(100)).resolves.toBe(false);
    hangs();
    await expect(cli().answers(5000)).resolves.toBe(true);
  });
});
