/** YAML whose every key and value knows its line and column. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from 'yaml';
import type { PathPart } from './mistakes.ts';

export interface Place {
  line: number;
  column: number;
}

export interface YamlMistake extends Place {
  message: string;
}

/** A parsed document. `value` is undefined when it could not be read; then `mistakes` says why. */
export interface YamlSource {
  value: unknown;
  mistakes: YamlMistake[];
  /** Where a path is; for a path that does not exist, where its nearest parent is. */
  locate(path: readonly PathPart[], at?: 'key' | 'value'): Place;
}

/** An author may share a few lines by an anchor; the point of a bomb is to share many. */
const maxAliasCount = 20;

/** Never throws: whatever the text is, the answer holds mistakes instead. */
export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: true,
      stringKeys: true,
      logLevel: 'error',
    });
    const place = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    };
    const mistakes = [...document.errors, ...document.warnings].map((error) => ({
      ...place(error.pos[0]),
      message: sentence(error.code, error.message),
    }));
    const locate: YamlSource['locate'] = (path, at = 'value') => find(document, path, at, place);
    if (mistakes.length > 0) return { value: undefined, mistakes, locate };
    const value = resolved(document);
    if (value) return { value: value.data, mistakes, locate };
    const bomb = { ...place(firstAlias(document)), message: 'aliases (*name) multiply too much' };
    return { value: undefined, mistakes: [bomb], locate };
  } catch (error) {
    const message =
      error instanceof RangeError
        ? 'nested too deep'
        : `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return {
      value: undefined,
      mistakes: [{ line: 1, column: 1, message }],
      locate: () => ({ line: 1, column: 1 }),
    };
  }
}

/** null when following the aliases would make far more data than was written. */
function resolved(document: Document): { data: unknown } | null {
  try {
    return { data: document.toJS({ maxAliasCount }) as unknown };
  } catch (error) {
    if (error instanceof ReferenceError) return null;
    throw error;
  }
}

function firstAlias(document: Document): number {
  let at = 0;
  visit(document, {
    Alias(_key, node) {
      at = startOf(node) ?? 0;
      return visit.BREAK;
    },
  });
  return at;
}

function find(
  document: Document,
  path: readonly PathPart[],
  at: 'key' | 'value',
  place: (offset: number) => Place,
): Place {
  let node: unknown = document.contents;
  let best = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const last = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (!pair) break;
      const key = startOf(pair.key) ?? best;
      node = pair.value;
      // An empty value has no place of its own worth showing: point at its key.
      best = last && at === 'value' && hasText(node) ? (startOf(node) ?? key) : key;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) break;
      best = startOf(node) ?? best;
    } else break;
  }
  return place(best);
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] | null } | null)?.range?.[0];
}

function hasText(node: unknown): boolean {
  return !(isScalar(node) && node.value === null);
}

function sentence(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key appears twice';
  if (code === 'TAG_RESOLVE_FAILED') return 'YAML tags are not allowed';
  if (code === 'MULTIPLE_DOCS') return 'more than one YAML document';
  return message.split('\n')[0] ?? message;
}
