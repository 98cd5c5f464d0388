/** A mistake in a lab's files, with the place an editor can jump to. */

export interface Mistake {
  /** Relative to the lab's folder: `lab.yaml`, `steps/01-start.md`. */
  file: string;
  /** From 1. */
  line: number;
  column: number;
  message: string;
}

/** Part of a path into a YAML document: a key or an index. */
export type PathPart = string | number;

/** How a cross check says that something at a path of a file is wrong. */
export type Report = (path: readonly PathPart[], message: string, at?: 'key' | 'value') => void;

export function formatMistake(dir: string, mistake: Mistake): string {
  const { file, line, column, message } = mistake;
  return `${dir}/${file}:${String(line)}:${String(column)}: ${message}`;
}

/** By file, then by place, each once. */
export function sortMistakes(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Map(mistakes.map((m) => [`${m.file}:${m.line}:${m.column}:${m.message}`, m]));
  return [...seen.values()].sort(
    (a, b) =>
      Number(b.file === 'lab.yaml') - Number(a.file === 'lab.yaml') ||
      a.file.localeCompare(b.file) ||
      a.line - b.line ||
      a.column - b.column,
  );
}
