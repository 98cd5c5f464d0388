/** Where terminals stand: columns from left to right, each a stack. Pure functions over ids. */
export type Columns = readonly (readonly string[])[];

export interface Place {
  beside: string;
  direction: 'right' | 'down';
}

/** More columns than this are too narrow to read; further terminals are stacked. */
export const mostColumns = 4;
const leastColumn = 260;
/** How many columns a deck of this width has room for. */
export const columnsFor = (width: number): number =>
  Math.max(2, Math.min(mostColumns, Math.floor(width / leastColumn)));

/**
 * The columns without what is gone, and with what is new: where it was asked for, else in the order of
 * `rank`, so that the host stays on the left.
 */
export function arrange(
  columns: Columns,
  ids: readonly string[],
  place: Place | null,
  rank: (id: string) => number,
  most: number = mostColumns,
): string[][] {
  const next = columns
    .map((column) => column.filter((id) => ids.includes(id)))
    .filter((column) => column.length > 0);
  const known = new Set(next.flat());
  for (const id of ids) {
    if (known.has(id)) continue;
    add(next, id, place, rank, most);
    place = null;
  }
  return next;
}

function add(
  columns: string[][],
  id: string,
  place: Place | null,
  rank: (id: string) => number,
  most: number,
): void {
  const at = place ? columns.findIndex((column) => column.includes(place.beside)) : -1;
  const column = columns[at];
  const full = columns.length >= most;
  if (place && column && (place.direction === 'down' || full)) {
    column.splice(column.indexOf(place.beside) + 1, 0, id);
  } else if (column) {
    columns.splice(at + 1, 0, [id]);
  } else if (full) {
    columns.at(-1)?.push(id);
  } else {
    const later = columns.findIndex(([first]) => first !== undefined && rank(first) > rank(id));
    columns.splice(later < 0 ? columns.length : later, 0, [id]);
  }
}
