/** What a step's Markdown refers to: commands, predictions, rules, glossary terms, templates, each with its line. */
import { holesOf } from './values.ts';

export interface MarkdownRef {
  /** From 0, of the body. */
  line: number;
  column: number;
  kind: 'command' | 'prediction' | 'rule' | 'term' | 'template' | 'mistake';
  /** Node id, prediction id, rule id, term, template name, or the mistake in words. */
  name: string;
  /** kind command: the lines of the fence. */
  lines?: string[];
}

const opening = /^( {0,3})(`{3,}|~{3,})[ \t]*([^`\n]*)$/;
const term = /\[\[([^\][|\n]{1,60})(?:\|[^\][\n]{1,80})?\]\]/g;
/** Languages of fences that are only shown. */
const shown = new Set(['', 'text', 'yaml', 'ini', 'conf', 'json', 'diff', 'md']);

/** Reads the body once. Never throws. */
export function scanMarkdown(body: string): MarkdownRef[] {
  const refs: MarkdownRef[] = [];
  let fence: { mark: string; ref: MarkdownRef } | null = null;
  for (const [line, text] of body.split(/\r?\n/).entries()) {
    for (const { name, index } of holesOf(text)) {
      refs.push({ line, column: index, kind: 'template', name });
    }
    if (fence) {
      const closing = text.trim();
      const closes = closing.startsWith(fence.mark) && /^(`+|~+)$/.test(closing);
      if (closes) fence = null;
      else fence.ref.lines?.push(text);
      continue;
    }
    const open = opening.exec(text);
    if (open) {
      const ref = fenceRef(line, (open[1] ?? '').length, (open[3] ?? '').trim());
      refs.push(ref);
      fence = { mark: open[2] ?? '```', ref };
      continue;
    }
    for (const match of withoutCode(text).matchAll(term)) {
      refs.push({ line, column: match.index, kind: 'term', name: (match[1] ?? '').trim() });
    }
  }
  if (fence) {
    refs.push({ ...fence.ref, kind: 'mistake', name: 'this fence is never closed' });
  }
  return refs;
}

function fenceRef(line: number, column: number, info: string): MarkdownRef {
  const [language = '', name = '', ...more] = info.split(/\s+/);
  const mistake = (words: string): MarkdownRef => ({ line, column, kind: 'mistake', name: words });
  const kinds = { sh: 'command', predict: 'prediction', rule: 'rule' } as const;
  const kind = Object.hasOwn(kinds, language) ? kinds[language as keyof typeof kinds] : null;
  if (!kind) {
    if (shown.has(language)) return { line, column, kind: 'command', name: '', lines: [] };
    return mistake(`unknown kind of fence \`${language}\``);
  }
  if (name === '' || more.length > 0) {
    const wanted = { command: 'sh <node>', prediction: 'predict <id>', rule: 'rule <id>' }[kind];
    return mistake(`a fence of this kind names one thing: \`\`\`${wanted}`);
  }
  return { line, column, kind, name, lines: [] };
}

/** Code spans hold no links; they are blanked so that columns stay. */
function withoutCode(text: string): string {
  return text.replace(/`[^`]*`/g, (span) => ' '.repeat(span.length));
}
