/**
 * What was changed, and how to take it back, kept before the change is made: in memory where the node ends with the app
 * (sandboxes), on disk where it does not. There it is one JSON record a line, only ever appended; a line that a crash has torn
 * is left out, and nothing after it can be lost by that.
 */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { LocalId } from '../contract/names.ts';
import { Operation } from '../contract/operations.ts';
import { Inverse } from './inverse.ts';

/** One operation of a rule that is in force. */
export const Entry = z.object({
  id: z.number().int(),
  rule: LocalId,
  /** Which of the rule's operations. */
  index: z.number().int(),
  operation: Operation,
  inverse: Inverse,
  /** Who made the change: the app, or the learner by hand. */
  by: z.enum(['app', 'learner']),
  note: z.string().nullable(),
  at: z.number(),
});
export type Entry = z.infer<typeof Entry>;

const Line = z.discriminatedUnion('record', [
  z.object({ record: z.literal('apply'), entry: Entry }),
  z.object({ record: z.literal('undone'), id: z.number().int() }),
]);
type Line = z.infer<typeof Line>;

/** A step of the engine's memory that outlives it. */
export interface Journal {
  /** Changes not taken back, in the order they were made. */
  pending(): Entry[];
  nextId(): number;
  /** Resolves when the record is kept. */
  begin(entry: Entry): Promise<void>;
  settle(id: number): Promise<void>;
  close(): Promise<void>;
  /** Lines that could not be read when the journal was opened. */
  readonly skipped: number;
}

/** A journal on disk. Opens or makes the file. Rejects when the folder cannot be written. */
export async function openJournal(file: string): Promise<Journal> {
  await fs.mkdir(path.dirname(file), { recursive: true });
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  const { entries, skipped, lastId } = replay(text);
  const handle = await fs.open(file, 'a', 0o600);
  // Nothing pending: start anew. A torn last line: end it, so that the next record has a line of its own.
  if (entries.size === 0) await handle.truncate(0);
  else if (!text.endsWith('\n')) await handle.appendFile('\n');
  await handle.sync();
  const write = async (line: Line) => {
    await handle.appendFile(`${JSON.stringify(line)}\n`);
    await handle.datasync();
  };
  return keep(entries, lastId, skipped, write, () => handle.close());
}

/** A journal without a file, for what ends with the app anyway. */
export function memoryJournal(): Journal {
  const done = () => Promise.resolve();
  return keep(new Map(), 0, 0, done, done);
}

/** The records of a journal's text. Never throws. */
export function replay(text: string): {
  entries: Map<number, Entry>;
  skipped: number;
  lastId: number;
} {
  const entries = new Map<number, Entry>();
  let skipped = 0;
  let lastId = 0;
  for (const raw of text.split('\n')) {
    if (raw === '') continue;
    const line = parseLine(raw);
    if (!line) skipped++;
    else if (line.record === 'undone') entries.delete(line.id);
    else {
      entries.set(line.entry.id, line.entry);
      lastId = Math.max(lastId, line.entry.id);
    }
  }
  return { entries, skipped, lastId };
}

function parseLine(raw: string): Line | null {
  try {
    return Line.parse(JSON.parse(raw));
  } catch {
    return null;
  }
}

function keep(
  entries: Map<number, Entry>,
  lastId: number,
  skipped: number,
  write: (line: Line) => Promise<void>,
  close: () => Promise<void>,
): Journal {
  let id = lastId;
  return {
    skipped,
    pending: () => [...entries.values()],
    nextId: () => ++id,
    begin: async (entry) => {
      await write({ record: 'apply', entry });
      entries.set(entry.id, entry);
    },
    settle: async (which) => {
      await write({ record: 'undone', id: which });
      entries.delete(which);
    },
    close,
  };
}
