import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PanelView } from '../../../main/contract/network.ts';
import type { PanelShape, RowSeed } from '../../../main/observe/context.ts';
import { markChanges, nextExpiry, removedStaysMs } from '../../../main/observe/diff.ts';

const shape: PanelShape = {
  kind: 'firewall',
  columns: [
    { id: 'rule', title: 'Rule', numeric: false },
    { id: 'packets', title: 'Packets', numeric: true },
  ],
  empty: '',
};
const row = (key: string, packets = '0', rule = key): RowSeed => ({
  key,
  cells: { rule, packets },
  explain: '',
  note: null,
});
const look = (before: PanelView | null, rows: RowSeed[], now: number) =>
  markChanges(before, 'host', shape, [{ title: 's', about: '', rows }], now);
const shown = (view: PanelView) =>
  view.sections
    .flatMap(({ rows }) => rows)
    .map(({ key, change, changedAt }) => [key, change, changedAt]);

describe('what has changed', () => {
  it('is nothing at the first look', () => {
    expect(shown(look(null, [row('a')], 5))).toEqual([['a', 'none', 0]]);
  });

  it('is what appears, changes and goes, each with its time', () => {
    const first = look(null, [row('a'), row('b'), row('c')], 1);
    const second = look(first, [row('a'), row('c', '0', 'other'), row('d')], 2);
    expect(shown(second)).toEqual([
      ['a', 'none', 0],
      ['b', 'removed', 2],
      ['c', 'changed', 2],
      ['d', 'added', 2],
    ]);
    expect(second.sections[0]?.rows[2]?.changedCells).toEqual(['rule']);
    expect(nextExpiry(second)).toBe(2 + removedStaysMs);
    const third = look(second, [row('a'), row('c', '0', 'other'), row('d')], 2 + removedStaysMs);
    expect(shown(third).map(([key]) => key)).toEqual(['a', 'c', 'd']);
    expect(nextExpiry(third)).toBeNull();
  });

  it('is not a counter, which is only named', () => {
    const second = look(look(null, [row('a')], 1), [row('a', '7')], 2);
    expect(second.sections[0]?.rows[0]).toMatchObject({
      change: 'none',
      changedAt: 0,
      changedCells: ['packets'],
    });
    expect(look(second, [row('a', '7')], 3).sections[0]?.rows[0]?.changedCells).toEqual([]);
  });

  it('is a row that comes back', () => {
    const gone = look(look(null, [row('a')], 1), [], 2);
    expect(shown(look(gone, [row('a')], 3))).toEqual([['a', 'added', 3]]);
  });

  it('keeps a section that has gone until its rows have', () => {
    const first = markChanges(
      null,
      'host',
      shape,
      [
        { title: 'x', about: '', rows: [row('a')] },
        { title: 'y', about: '', rows: [] },
      ],
      1,
    );
    const second = markChanges(first, 'host', shape, [{ title: 'y', about: '', rows: [] }], 2);
    expect(second.sections.map(({ title }) => title)).toEqual(['x', 'y']);
    const third = markChanges(
      second,
      'host',
      shape,
      [{ title: 'y', about: '', rows: [] }],
      2 + removedStaysMs,
    );
    expect(third.sections.map(({ title }) => title)).toEqual(['y']);
  });

  it('shows every row there is exactly once, in order, whatever was before', () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(fc.array(keys, { minLength: 1, maxLength: 6 }), (looks) => {
        let view: PanelView | null = null;
        looks.forEach((present, now) => {
          view = look(
            view,
            present.map((key) => row(key)),
            now,
          );
          const rows = view.sections[0]?.rows ?? [];
          expect(rows.filter(({ change }) => change !== 'removed').map(({ key }) => key)).toEqual(
            present,
          );
          expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
        });
      }),
    );
  });
});
