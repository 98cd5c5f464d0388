import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openJournal, replay, type Entry } from '../../../main/rules/journal.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'hoplab-journal-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const entry = (id: number): Entry => ({
  id,
  rule: 'ip-forward',
  index: 0,
  operation: { do: 'sysctl', node: 'host', key: 'net.ipv4.ip_forward', value: '1' },
  inverse: { undo: 'sysctl', node: 'host', key: 'net.ipv4.ip_forward', value: '0', along: {} },
  by: 'app',
  note: 'was 0',
  at: 1,
});

describe('a journal', () => {
  it('remembers what is pending over a restart, and starts anew when nothing is', async () => {
    const file = path.join(dir, 'a', 'journal');
    const first = await openJournal(file);
    const ids = [first.nextId(), first.nextId()];
    for (const id of ids) await first.begin(entry(id));
    await first.settle(1);
    await first.close();
    const second = await openJournal(file);
    expect(second.pending()).toEqual([entry(2)]);
    expect(second.nextId()).toBe(3);
    await second.settle(2);
    await second.close();
    await (await openJournal(file)).close();
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('loses nothing but the torn line, wherever the crash comes', () => {
    const lines = [1, 2, 3].map((id) => JSON.stringify({ record: 'apply', entry: entry(id) }));
    const text = `${lines.join('\n')}\n`;
    fc.assert(
      fc.property(fc.nat(text.length), (cut) => {
        const whole = text.slice(0, cut).split('\n').length - 1;
        const { entries } = replay(text.slice(0, cut));
        expect(entries.size).toBeGreaterThanOrEqual(whole);
        expect([...entries.keys()]).toEqual([1, 2, 3].slice(0, entries.size));
      }),
    );
  });

  it('never throws over garbage', () => {
    fc.assert(fc.property(fc.string(), (garbage) => void replay(garbage)));
    fc.assert(fc.property(fc.json(), (garbage) => void replay(garbage)));
  });
});
