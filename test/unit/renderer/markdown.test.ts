import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { h, isVNode, type VNode } from 'vue';
import { commandsOf, holes, parseBlocks, parseInline } from '../../../renderer/markdown/parse.ts';
import { render, type Parts } from '../../../renderer/markdown/render.ts';

const parts: Parts = {
  value: (name) => h('value', name),
  term: (term, written) => h('term', { term }, written),
  link: (url, content) => h('link', { url }, content),
  fence: (info) => (info.startsWith('sh') ? h('command', info) : null),
};
const draw = (text: string) => render(parseBlocks(text), parts);

/** Rendered text as markup, to compare. Text is quoted, so that it cannot pass for markup. */
function show(node: unknown): string {
  if (Array.isArray(node)) return node.map(show).join('');
  if (!isVNode(node)) return typeof node === 'string' ? JSON.stringify(node) : '';
  return `<${nameOf(node)}>${show(node.children)}</${nameOf(node)}>`;
}
const nameOf = ({ type }: VNode) => (typeof type === 'string' ? type : 'component');
function elements(node: unknown, into: Set<string> = new Set()): Set<string> {
  if (Array.isArray(node)) for (const each of node) elements(each, into);
  else if (isVNode(node)) {
    into.add(nameOf(node));
    elements(node.children, into);
  }
  return into;
}

describe('lab text', () => {
  test('paragraphs, emphasis, code', () => {
    expect(show(draw('A **b** *c* `d`'))).toBe(
      '<p>"A "<strong>"b"</strong>" "<em>"c"</em>" "<code>"d"</code></p>',
    );
  });

  test('values and glossary words, in the middle of words too', () => {
    expect(show(draw('to {{lan.gateway}}/24, [[ARP]] and [[route|routes]].'))).toBe(
      '<p>"to "<value>"lan.gateway"</value>"/24, "<term>"ARP"</term>" and "<term>"routes"</term>"."</p>',
    );
  });

  test('values in code', () => {
    expect(show(draw('`ping {{a.b}}`'))).toBe('<p><code>"ping "<value>"a.b"</value></code></p>');
  });

  test('fences: the caller’s, or only shown', () => {
    expect(show(draw('```sh host\nls\n```'))).toBe('<command>"sh host"</command>');
    expect(show(draw('```text\nls\n```'))).toBe('<pre><code>"ls"</code></pre>');
  });

  test('HTML is text', () => {
    const text = show(draw('<img src=x onerror=alert(1)>\n\n<b>x</b>'));
    expect(text).not.toContain('<img>');
    expect(text).toContain('"<img src=x onerror=alert(1)>"');
  });

  test('links with scripts are no links', () => {
    expect([...elements(draw('[x](javascript:alert(1))'))]).toEqual(['p']);
  });

  test('a first heading does not compete with the title of the step', () => {
    expect(show(draw('# A'))).toBe('<h2>"A"</h2>');
  });

  test('nothing but known elements is ever drawn', () => {
    const known = new Set(
      'p strong em s ul ol li blockquote h2 h3 h4 table thead tbody tr th td code pre br hr value term link command'.split(
        ' ',
      ),
    );
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<script>',
        '</p>',
        '# ',
        '```',
        '\n',
        '\n\n',
        '> ',
        '- ',
        '[[',
        ']]',
        '{{',
        '}}',
        '|',
        '<!--',
        '<b>',
        '![a](b)',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        for (const element of elements(draw(pieces.join('')))) expect(known).toContain(element);
      }),
    );
  });
});

test('inline text has no blocks', () => {
  expect(show(render(parseInline('Type `vagrant up`.'), parts))).toBe(
    '"Type "<code>"vagrant up"</code>"."',
  );
});

test('holes cut a command at its values', () => {
  expect(holes('ping {{a}} {{ b.c-d }}')).toEqual([
    { text: 'ping ' },
    { name: 'a' },
    { text: ' ' },
    { name: 'b.c-d' },
  ]);
  expect(holes('{{}} {{$x}}')).toEqual([{ text: '{{}} {{$x}}' }]);
});

describe('commandsOf', () => {
  test.each([
    ['one', 'ls\n', ['ls']],
    ['one a line', 'cd ~\n\nvagrant up\n', ['cd ~', 'vagrant up']],
    ['comments are left out', '# look\nls\n', ['ls']],
    ['continued lines', 'a \\\n  b\nc\n', ['a \\\n  b', 'c']],
    ['here-documents', "cat > x <<'EOF'\n1\n2\nEOF\nls\n", ["cat > x <<'EOF'\n1\n2\nEOF", 'ls']],
    ['an open end', 'a \\\n', ['a \\']],
  ])('%s', (_, code, commands) => {
    expect(commandsOf(code)).toEqual(commands);
  });
});
