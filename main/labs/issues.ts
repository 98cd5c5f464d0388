/** Turns what zod found into mistakes a lab's author understands, at the key or value they are about. */
import type { z } from 'zod';
import type { Mistake, PathPart } from './mistakes.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** Validates a YAML document; `data` is undefined when there are mistakes. */
export function validate<T extends z.ZodType>(
  schema: T,
  source: YamlSource,
  file: string,
): { data: z.output<T> | undefined; mistakes: Mistake[] } {
  const mistakes: Mistake[] = source.mistakes.map((mistake) => ({ file, ...mistake }));
  if (mistakes.length > 0) return { data: undefined, mistakes };
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return { data: parsed.data, mistakes: [] };
  const found = parsed.error.issues.flatMap((issue) => explain(issue, [], source.value));
  return {
    data: undefined,
    mistakes: found.map(({ path, at, message }) => ({ file, ...source.locate(path, at), message })),
  };
}

interface Found {
  path: PathPart[];
  at: 'key' | 'value';
  message: string;
}

function explain(issue: Issue, above: PathPart[], root: unknown): Found[] {
  const path = [...above, ...issue.path.map((part) => part as PathPart)];
  const name = path.length > 0 ? `\`${String(path[path.length - 1])}\`` : 'the file';
  const value = valueAt(root, path);
  const at = (message: string, where: 'key' | 'value' = 'value'): Found[] => [
    { path, at: where, message },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        at: 'key',
        message: `unknown key \`${key}\``,
      }));
    case 'invalid_key': {
      const wanted = issue.issues[0]?.message ?? 'another name';
      return at(`${name} is not a name that can be used here; wanted: ${wanted}`, 'key');
    }
    case 'invalid_union':
      return explainUnion(issue, path, value, root, name);
    case 'invalid_type':
      if (value === undefined) return at(`${name} is missing`, 'key');
      return at(`${name} must be ${article(issue.expected)}, not ${kindOf(value)}`);
    case 'invalid_value':
      if (value === undefined) return at(`${name} is missing`, 'key');
      return at(`${name} must be ${choice(issue.values.map(String))}, not ${show(value)}`);
    case 'invalid_format':
      return at(`${name} is ${show(value)}; wanted: ${wantedFormat(issue)}`);
    case 'too_small':
    case 'too_big':
      return at(`${name}: ${issue.message.toLowerCase()}`);
    default:
      return at(`${name}: ${issue.message}`);
  }
}

function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: PathPart[],
  value: unknown,
  root: unknown,
  name: string,
): Found[] {
  const key = (issue as { discriminator?: string }).discriminator;
  if (key !== undefined) {
    // zod's path ends at the discriminator, there or not.
    const found = valueAt(root, path);
    if (found === undefined) {
      return [{ path: path.slice(0, -1), at: 'key', message: `\`${key}\` is missing` }];
    }
    return [{ path, at: 'value', message: `unknown ${key} ${show(found)}` }];
  }
  // The branch that went furthest tells most; of equals the first, which is the value itself and not a template.
  const branches = issue.errors.filter((errors) => errors.length > 0);
  const depth = (errors: Issue[]) => Math.max(...errors.map((error) => error.path.length));
  const best = branches.sort((a, b) => depth(b) - depth(a))[0];
  if (!best || value === undefined) return [{ path, at: 'key', message: `${name} is missing` }];
  return best.flatMap((inner) => explain(inner, path, root));
}

function choice(values: string[]): string {
  return values.length > 2 ? `one of ${values.join(', ')}` : values.join(' or ');
}

function wantedFormat(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  if (issue.format === 'ipv4') return 'an IPv4 address';
  if (issue.format === 'cidrv4') return 'an IPv4 network such as 192.168.50.0/24';
  if (issue.format === 'url') return 'an https address';
  return issue.message;
}

function valueAt(root: unknown, path: readonly PathPart[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<PathPart, unknown>)[part];
  }
  return value;
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  return article(typeof value === 'object' ? 'record' : typeof value);
}

function article(kind: string): string {
  const words: Record<string, string> = {
    record: 'a mapping of names to values',
    object: 'a mapping of names to values',
    array: 'a list',
    int: 'a whole number',
    string: 'text (put numbers in quotes)',
    boolean: 'true or false',
    number: 'a number',
  };
  return words[kind] ?? kind;
}
