/**
 * Lab text to tokens. HTML in it stays text. Two things are added to Markdown: `[[word]]` or
 * `[[word|as written]]` for the glossary, and `{{name}}` for values of the running lab.
 */
import MarkdownIt from 'markdown-it';

type Markdown = InstanceType<typeof MarkdownIt>;
type Inline = Parameters<Markdown['inline']['ruler']['push']>[1];
export type Token = ReturnType<Markdown['parse']>[number];

const term = /\[\[([^\][|\n]{1,60})(?:\|([^\][\n]{1,80}))?\]\]/y;
const value = /\{\{ ?([A-Za-z][A-Za-z0-9.-]{0,80}) ?\}\}/y;

const termRule: Inline = (state, silent) => {
  const found = matchAt(term, state.src, state.pos);
  if (!found) return false;
  if (!silent) {
    const token = state.push('term', '', 0);
    token.content = (found[2] ?? found[1] ?? '').trim();
    token.info = (found[1] ?? '').trim();
  }
  state.pos += found[0].length;
  return true;
};

const valueRule: Inline = (state, silent) => {
  const found = matchAt(value, state.src, state.pos);
  if (!found) return false;
  if (!silent) state.push('value', '', 0).content = found[1] ?? '';
  state.pos += found[0].length;
  return true;
};

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });
markdown.inline.ruler.before('link', 'term', termRule);
markdown.inline.ruler.before('link', 'value', valueRule);
export function parseBlocks(text: string): Token[] {
  return markdown.parse(text, {});
}
export function parseInline(text: string): Token[] {
  return markdown.parseInline(text, {})[0]?.children ?? [];
}

/** Text cut at `{{name}}`: what is between, and the names. For code, which holds no other marks. */
export function holes(text: string): ({ text: string } | { name: string })[] {
  const parts: ({ text: string } | { name: string })[] = [];
  let from = 0;
  for (const match of text.matchAll(new RegExp(value.source, 'g'))) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ name: match[1] ?? '' });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** The commands of a fence: a line each; lines that end with `\`, and here-documents, belong together. */
export function commandsOf(code: string): string[] {
  const commands: string[] = [];
  let open: string[] = [];
  /** The word that ends an open here-document. */
  let until: string | null = null;
  for (const line of code.replace(/\n$/, '').split('\n')) {
    open.push(line);
    if (until === null) until = /<<-?\s*['"]?(\w+)['"]?/.exec(line)?.[1] ?? null;
    else if (line.trim() === until) until = null;
    if (until !== null || line.endsWith('\\')) continue;
    const command = open.join('\n');
    open = [];
    if (command.trim() !== '' && !command.trimStart().startsWith('#')) commands.push(command);
  }
  if (open.length > 0) commands.push(open.join('\n'));
  return commands;
}
