import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBounds, smallest, writeBounds } from '../../../main/shell/window-bounds.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const file = () => join(mkdtempSync(join(tmpdir(), 'bounds-')), 'window.json');

test('what was written is read again', () => {
  const path = file();
  const bounds = { x: 10, y: 20, width: 1300, height: 800, maximized: true };
  writeBounds(path, bounds);
  expect(readBounds(path, [screen])).toEqual(bounds);
});

test('a window on a screen that is gone keeps its size and loses its place', () => {
  const path = file();
  writeBounds(path, { x: 4000, y: 0, width: 1300, height: 800, maximized: false });
  expect(readBounds(path, [screen])).toEqual({ width: 1300, height: 800, maximized: false });
});

test.each(['', 'null', '{"x":"1"}', '{"x":1,"y":1,"width":1e9}'])(
  'nonsense means the default: %s',
  (text) => {
    const path = file();
    writeFileSync(path, text);
    expect(readBounds(path, [screen]).width).toBeGreaterThanOrEqual(smallest.width);
  },
);
