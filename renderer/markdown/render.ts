/**
 * Tokens to VNodes: a closed list of elements, no HTML, no attributes of the text's choosing. What a value,
 * a glossary word, a link or a fence looks like is the caller's affair.
 */
import { h, type VNode } from 'vue';
import { holes, type Token } from './parse.ts';

export type Rendered = VNode | string;

export interface Parts {
  value(name: string): Rendered;
  term(term: string, written: string): Rendered;
  link(url: string, content: Rendered[]): Rendered;
  /** Answers null for a fence that is only shown. */
  fence(info: string, content: string, place: number): Rendered | null;
}

/** Token kinds that become the element their parser names. Everything else is not drawn. */
const elements = new Set([
  'p',
  'strong',
  'em',
  's',
  'ul',
  'ol',
  'li',
  'blockquote',
  'h1',
  'h2',
  'h3',
  'h4',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
]);

/** An element that is open: what it will be, and what is in it so far. */
interface Open {
  tag: string;
  url?: string;
  children: Rendered[];
}

export function render(tokens: readonly Token[], parts: Parts): Rendered[] {
  let top: Open = { tag: '', children: [] };
  const below: Open[] = [];
  let fences = 0;
  for (const token of tokens) {
    if (token.nesting === 1) {
      below.push(top);
      top = { tag: token.hidden ? '' : token.tag, children: [] };
      if (token.type === 'link_open') top.url = String(token.attrGet('href') ?? '');
    } else if (token.nesting === -1) {
      const { tag, url, children } = top;
      top = below.pop() ?? { tag: '', children: [] };
      top.children.push(...close(tag, url, children, parts));
    } else {
      top.children.push(...single(token, parts, () => fences++));
    }
  }
  return top.children;
}

function close(
  tag: string,
  url: string | undefined,
  children: Rendered[],
  parts: Parts,
): Rendered[] {
  if (url !== undefined) return [parts.link(url, children)];
  // The step's title is the page's heading of the first level.
  const name = tag === 'h1' ? 'h2' : tag;
  return elements.has(tag) ? [h(name, children)] : children;
}

function single(token: Token, parts: Parts, nextFence: () => number): Rendered[] {
  switch (token.type) {
    case 'inline':
      return render(token.children ?? [], parts);
    case 'text':
    case 'html_inline':
    case 'html_block':
      return [token.content];
    case 'softbreak':
      return ['\n'];
    case 'hardbreak':
      return [h('br')];
    case 'hr':
      return [h('hr')];
    case 'code_inline':
      return [
        h('code', { class: { short: token.content.length < 26 } }, code(token.content, parts)),
      ];
    case 'term':
      return [parts.term(token.info, token.content)];
    case 'value':
      return [parts.value(token.content)];
    case 'image':
      return [token.content];
    case 'code_block':
      return [plain(token.content, parts)];
    case 'fence':
      return [
        parts.fence(token.info.trim(), token.content, nextFence()) ?? plain(token.content, parts),
      ];
    default:
      return [];
  }
}

function plain(content: string, parts: Parts): VNode {
  return h('pre', { class: 'shown selectable', tabindex: 0 }, [
    h('code', code(content.replace(/\n$/, ''), parts)),
  ]);
}

export function code(content: string, parts: Pick<Parts, 'value'>): Rendered[] {
  return holes(content).map((part) => ('text' in part ? part.text : parts.value(part.name)));
}
