import { expect, test } from 'vitest';
import { shares } from '../../../renderer/features/terminals/room.ts';

test('side by side and equal while nobody types, and where there is room for all', () => {
  expect(shares(990, 2, -1, 12)).toEqual([50, 50]);
  expect(shares(1900, 2, 0, 12)).toEqual([50, 50]);
  expect(shares(990, 1, 0, 12)).toEqual([100]);
  expect(shares(0, 2, 0, 12)).toEqual([50, 50]);
});

test('the one in use has 80 columns, as far as the others stay readable', () => {
  const [wide, other] = shares(990, 2, 0, 12) as [number, number];
  expect((wide / 100) * 990).toBeGreaterThan(80 * 7.2);
  expect(wide + other).toBeCloseTo(100);
  expect(shares(700, 2, 1, 12)).toEqual([30, 70]);
  expect(shares(990, 4, 3, 18)).toEqual([50 / 3, 50 / 3, 50 / 3, 50]);
});
