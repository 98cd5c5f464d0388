/** What has changed since the last look: rows by their keys, marked, with the time. */
import type { PanelRow, PanelSection, PanelView } from '../contract/network.ts';
import type { PanelShape, RowSeed, SectionSeed } from './context.ts';

/** So long a row that has gone stays, marked. */
export const removedStaysMs = 10_000;

/**
 * The view to show, from the one shown before (null: the first, nothing is marked) and what is there now. A counter that grows
 * does not make its row "changed", it is only named in `changedCells`.
 */
export function markChanges(
  before: PanelView | null,
  node: string,
  shape: PanelShape,
  sections: readonly SectionSeed[],
  now: number,
): PanelView {
  const counters = new Set(shape.columns.filter(({ numeric }) => numeric).map(({ id }) => id));
  const old = new Map((before?.sections ?? []).map((section) => [section.title, section.rows]));
  const marked: PanelSection[] = sections.map(({ title, about, rows }) => ({
    title,
    about,
    rows: markRows(old.get(title) ?? [], rows, before === null, counters, now),
  }));
  for (const [at, section] of (before?.sections ?? []).entries()) {
    if (sections.some(({ title }) => title === section.title)) continue;
    const rows = markRows(section.rows, [], false, counters, now);
    if (rows.length > 0) marked.splice(at, 0, { ...section, rows });
  }
  const { kind: panel, columns, empty } = shape;
  return { node, panel, columns, sections: marked, notice: null, empty, unavailable: null };
}

/** When the next removed row has stayed long enough, or null. */
export function nextExpiry(view: PanelView): number | null {
  const times = view.sections
    .flatMap(({ rows }) => rows)
    .filter(({ change }) => change === 'removed')
    .map(({ changedAt }) => changedAt + removedStaysMs);
  return times.length > 0 ? Math.min(...times) : null;
}

/** Whether two views would look the same; times and marks included. */
export const sameView = (a: PanelView | null, b: PanelView) =>
  JSON.stringify(a) === JSON.stringify(b);

function markRows(
  before: readonly PanelRow[],
  seeds: readonly RowSeed[],
  first: boolean,
  counters: ReadonlySet<string>,
  now: number,
): PanelRow[] {
  const old = new Map(before.map((row) => [row.key, row]));
  const rows = seeds.map((seed) => markRow(old.get(seed.key), seed, first, counters, now));
  const there = new Set(seeds.map(({ key }) => key));
  for (const [at, row] of before.entries()) {
    if (there.has(row.key)) continue;
    const gone = row.change === 'removed' ? row : removed(row, now);
    if (now - gone.changedAt >= removedStaysMs) continue;
    rows.splice(placeAfter(before, at, rows), 0, gone);
  }
  return rows;
}

function markRow(
  old: PanelRow | undefined,
  seed: RowSeed,
  first: boolean,
  counters: ReadonlySet<string>,
  now: number,
): PanelRow {
  if (!old || old.change === 'removed') {
    const change = first ? 'none' : 'added';
    return { ...seed, change, changedAt: first ? 0 : now, changedCells: [] };
  }
  const cells = Object.keys(seed.cells).filter((id) => old.cells[id] !== seed.cells[id]);
  const changed = cells.some((id) => !counters.has(id)) || old.note !== seed.note;
  const { change, changedAt } = changed ? { change: 'changed' as const, changedAt: now } : old;
  return { ...seed, change, changedAt, changedCells: cells };
}

const removed = (row: PanelRow, now: number): PanelRow => ({
  ...row,
  change: 'removed',
  changedAt: now,
  changedCells: [],
});

/** Behind the nearest row that stood before it and is still shown. */
function placeAfter(before: readonly PanelRow[], at: number, rows: readonly PanelRow[]): number {
  for (let earlier = at - 1; earlier >= 0; earlier--) {
    const place = rows.findIndex(({ key }) => key === before[earlier]?.key);
    if (place >= 0) return place + 1;
  }
  return 0;
}
