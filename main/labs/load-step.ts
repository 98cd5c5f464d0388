/** One file of `steps/`: YAML front matter between two `---` lines, then Markdown. */
import { StepFront } from '../contract/lab.ts';
import { validate } from './issues.ts';
import { FolderError, readLabText } from './lab-folder.ts';
import type { Mistake } from './mistakes.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

export interface LoadedStep {
  file: string;
  body: string;
  /** From 0: the line of the file at which the body begins. */
  bodyLine: number;
  source: YamlSource;
  front: StepFront;
}

/** Reads and validates a step by the schema alone. Never rejects. */
export async function loadStep(
  dir: string,
  file: string,
): Promise<{ step: LoadedStep } | { mistakes: Mistake[] }> {
  const fail = (message: string) => ({ mistakes: [{ file, line: 1, column: 1, message }] });
  let text: string;
  try {
    text = (await readLabText(dir, file)).replace(/^\uFEFF/, '');
  } catch (error) {
    return fail(error instanceof FolderError ? error.message : String(error));
  }
  const parts = splitFront(text);
  if (typeof parts === 'string') return fail(parts);
  const source = parseYaml(parts.front);
  const { data, mistakes } = validate(StepFront, source, file);
  if (!data) return { mistakes };
  return { step: { file, body: parts.body, bodyLine: parts.bodyLine, source, front: data } };
}

/**
 * Splits a step. The opening `---` becomes an empty line of the front matter, so that the YAML parser's line
 * numbers are those of the file.
 */
export function splitFront(
  text: string,
): { front: string; body: string; bodyLine: number } | string {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trimEnd() !== '---') return 'the first line must be --- (front matter)';
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end < 0) return 'the front matter has no closing ---';
  return {
    front: ['', ...lines.slice(1, end), ''].join('\n'),
    body: lines.slice(end + 1).join('\n'),
    bodyLine: end + 1,
  };
}
