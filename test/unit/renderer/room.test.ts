import { expect, test } from 'vitest';
import { shares } from '../../../renderer/features/terminals/room.ts';

test('side by side and equal while nobody types, and where there is room for all', () => {
  expect(shares(990, 2, -1, 12)).toEqual([50, 50]);
  expect(shares(1900, 2, 0, 12)).toEqual([50, 50]);
  expect(shares(990, 1, 0, 12)).toEqual([100]);
  expect(shares(0, 2, 0, 12)).toEqual([50, 50]);
});

test('the one in use has 84 columns, as far as the others stay readable', () => {
  const [wide, other] = shares(990, 2, 0, 12) as [number, number];
  expect((wide / 100) * 990).toBeGreaterThan(84 * 7.2);
  expect(wide + other).toBeCloseTo(100);
  expect(shares(700, 2, 1, 12)).toEqual([30, 70]);
  const [host, , last] = shares(878, 3, 2, 12) as [number, number, number];
  expect((host / 100) * 878).toBeCloseTo(192);
  expect(last).toBeGreaterThan(50);
  expect(shares(700, 4, 3, 12)).toEqual([25, 25, 25, 25]);
});
