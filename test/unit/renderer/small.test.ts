import { describe, expect, test } from 'vitest';
import { ago } from '../../../renderer/composables/useNow.ts';
import { rank } from '../../../renderer/features/palette/rank.ts';
import { nodeColours } from '../../../renderer/stores/node-colours.ts';

describe('ago', () => {
  test.each([
    [0, 'now'],
    [2_400, '2 s ago'],
    [59_000, '59 s ago'],
    [61_000, '1 min ago'],
    [3_700_000, '1 h ago'],
    [-500, 'now'],
  ])('%i ms', (ms, text) => {
    expect(ago(1_000_000, 1_000_000 + ms)).toBe(text);
  });
});

describe('rank', () => {
  const all = [
    { group: 'Step', title: 'Next step' },
    { group: 'Rules', title: 'Apply: Masquerade what leaves' },
    { group: 'View', title: 'Light theme' },
  ];
  test('without words everything, in order', () => {
    expect(rank(all, '  ')).toEqual(all);
  });
  test('every word must fit', () => {
    expect(rank(all, 'app masq').map(({ title }) => title)).toEqual([
      'Apply: Masquerade what leaves',
    ]);
    expect(rank(all, 'app zzz')).toEqual([]);
  });
  test('the beginning of a word counts more than its middle', () => {
    expect(rank(all, 'l')[0]?.title).toBe('Light theme');
  });
});

test('each node has a colour by its kind, and machines differ', () => {
  const colours = nodeColours([
    { id: 'host', kind: 'host' },
    { id: 'boxA', kind: 'machine' },
    { id: 'boxB', kind: 'machine' },
    { id: 'router', kind: 'router' },
    { id: 'nginx', kind: 'container' },
  ]);
  expect(colours).toMatchObject({
    host: 'var(--node-blue)',
    boxA: 'var(--node-violet)',
    router: 'var(--node-amber)',
    nginx: 'var(--node-teal)',
  });
  expect(colours['boxB']).not.toBe(colours['boxA']);
});
