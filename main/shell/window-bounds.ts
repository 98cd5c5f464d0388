/** Where the window was, so that it opens there again. A file that cannot be read means: the default. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Bounds {
  x?: number;
  y?: number;
  width: number;
  height: number;
  maximized: boolean;
}
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const smallest = { width: 1024, height: 640 };
const fallback: Bounds = { width: 1440, height: 900, maximized: false };

/** The remembered bounds as far as they still fit a screen that is there. */
export function readBounds(file: string, screens: Area[]): Bounds {
  let kept: Partial<Bounds>;
  try {
    kept = (JSON.parse(readFileSync(file, 'utf8')) ?? {}) as Partial<Bounds>;
  } catch {
    return fallback;
  }
  const { x, y, width, height } = kept;
  if (![x, y, width, height].every(Number.isInteger)) return fallback;
  const bounds = { x, y, width, height } as Area;
  const visible = screens.some(
    (screen) =>
      bounds.x < screen.x + screen.width - 100 &&
      bounds.x + bounds.width > screen.x + 100 &&
      bounds.y >= screen.y - 20 &&
      bounds.y < screen.y + screen.height - 100,
  );
  const size = {
    width: Math.max(smallest.width, bounds.width),
    height: Math.max(smallest.height, bounds.height),
    maximized: kept.maximized === true,
  };
  return visible ? { x: bounds.x, y: bounds.y, ...size } : size;
}

export function writeBounds(file: string, bounds: Bounds): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(bounds));
    renameSync(`${file}.new`, file);
  } catch {
    // A full or read-only disk must not keep the window from closing.
  }
}
