/** What every parser answers: the rows it understood, and how many it did not. Parsers never throw. */
import type { z } from 'zod';

export interface Parsed<Row> {
  rows: Row[];
  /** Lines or entries that were not understood: a newer tool, or garbage. Shown in diagnostics. */
  skipped: number;
}

/** Text of an `ip -j` or `bridge -j` command. No text is an empty list: with some errors they print nothing. */
export function parseJsonRows<S extends z.ZodType>(text: string, schema: S): Parsed<z.output<S>> {
  let items: unknown;
  try {
    items = text.trim() === '' ? [] : JSON.parse(text);
  } catch {
    return { rows: [], skipped: 1 };
  }
  if (!Array.isArray(items)) return { rows: [], skipped: 1 };
  const rows: z.output<S>[] = [];
  let skipped = 0;
  for (const item of items as unknown[]) {
    const parsed = schema.safeParse(item);
    if (parsed.success) rows.push(parsed.data);
    else skipped++;
  }
  return { rows, skipped };
}

/** Every line of a text that is not empty, through a parser that answers null for what it does not know. */
export function parseLines<Row>(text: string, parse: (line: string) => Row | null): Parsed<Row> {
  const rows: Row[] = [];
  let skipped = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const row = parse(line);
    if (row === null) skipped++;
    else rows.push(row);
  }
  return { rows, skipped };
}
