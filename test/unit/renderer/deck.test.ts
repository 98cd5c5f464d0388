import { expect, test } from 'vitest';
import { arrange, columnsFor, mostColumns } from '../../../renderer/stores/deck.ts';

const rank = (id: string) => Number(id.slice(1));

test('new terminals get a column each, in the order of their nodes', () => {
  expect(arrange([], ['t2', 't1'], null, rank)).toEqual([['t1'], ['t2']]);
  expect(arrange([['t2']], ['t2', 't1'], null, rank)).toEqual([['t1'], ['t2']]);
});

test('what is gone leaves no empty column', () => {
  expect(arrange([['t1'], ['t2', 't3']], ['t1', 't3'], null, rank)).toEqual([['t1'], ['t3']]);
});

test('a split goes where it was asked for', () => {
  const columns = [['t1'], ['t2']];
  const ids = ['t1', 't2', 't9'];
  expect(arrange(columns, ids, { beside: 't1', direction: 'right' }, rank)).toEqual([
    ['t1'],
    ['t9'],
    ['t2'],
  ]);
  expect(arrange(columns, ids, { beside: 't1', direction: 'down' }, rank)).toEqual([
    ['t1', 't9'],
    ['t2'],
  ]);
});

test('beyond the most columns terminals are stacked', () => {
  const ids = Array.from({ length: mostColumns + 2 }, (_, index) => `t${String(index)}`);
  const columns = arrange([], ids, null, rank);
  expect(columns).toHaveLength(mostColumns);
  expect(columns.flat().sort()).toEqual(ids);
  const full = arrange(columns, [...ids, 't99'], { beside: 't0', direction: 'right' }, rank);
  expect(full[0]).toEqual(['t0', 't99']);
});

test('a narrow deck has fewer columns', () => {
  expect([300, 878, 990, 2000].map(columnsFor)).toEqual([2, 3, 3, 4]);
  expect(arrange([['t1'], ['t2']], ['t1', 't2', 't3'], null, rank, 2)).toEqual([
    ['t1'],
    ['t2', 't3'],
  ]);
});
