/** The comparison as text: what differs, side by side, and in a line what does not. */
import type { Parity, ParityRow } from './compare.ts';

const widths = [30, 34, 34] as const;

export function parityTable({ lab, unasked, rows }: Parity): string {
  const notes = (['sandbox', 'docker'] as const).flatMap((kind) =>
    unasked[kind] === null ? [] : [`${kind} could not be asked here. ${unasked[kind]}`],
  );
  const differing = rows.filter((row) => !row.same);
  const same = rows.filter((row) => row.same);
  return [
    `${lab}: what differs between the backends`,
    ...notes,
    '',
    ...line(['', 'sandbox', 'docker'], 'steps'),
    ...differing.flatMap((row) => ['', ...lineOf(row)]),
    '',
    ...(same.length > 0 ? [`The same on both: ${same.map(inWords).join('; ')}.`] : []),
    '* said, not read here',
  ].join('\n');
}

const inWords = ({ title, cells }: ParityRow): string => {
  const value = cells.sandbox.value.split('\n').join(', ');
  return `${title} (${value})`;
};

function lineOf({ title, cells, steps }: ParityRow): string[] {
  const texts = [cells.sandbox, cells.docker].map(
    ({ value, source }) => `${value}${source === 'declared' ? ' *' : ''}`,
  );
  return line([title, ...texts], steps.join(', '));
}

/** One row, as many lines as its longest cell takes. */
function line(cells: readonly string[], last: string): string[] {
  const columns = cells.map((cell, index) => wrap(cell, widths[index] ?? 30));
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, at) =>
    [
      ...columns.map((column, index) => (column[at] ?? '').padEnd(widths[index] ?? 30)),
      at === 0 ? last : '',
    ]
      .join('  ')
      .trimEnd(),
  );
}

function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const now = lines.at(-1) ?? '';
      if (now !== '' && now.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = now === '' ? word : `${now} ${word}`;
    }
    return lines;
  });
}
