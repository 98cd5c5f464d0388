import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestMark, MarkerReader, type Marker } from '../../../main/terminals/markers.ts';

const ran = (node: string, exit: number, command: string) =>
  `\x1b]7713;ran;${node};${String(exit)};${Buffer.from(command).toString('base64')}\x07`;
const prompt = (node: string) => `\x1b]7713;prompt;${node}\x07`;

const node = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,30}$/);
const marker: fc.Arbitrary<Marker> = fc.oneof(
  fc.record({ type: fc.constant('prompt' as const), node }),
  fc.record({
    type: fc.constant('ran' as const),
    node,
    exit: fc.integer({ min: -1, max: 255 }),
    command: fc.string({ unit: 'grapheme', maxLength: 200 }),
  }),
);
/** Output between marks; it may hold escapes and beginnings that lead nowhere. */
const noise = fc.oneof(
  fc.string().filter((text) => !text.includes('\x1b')),
  fc.constantFrom('\x1b[31m', '\x1b', '\x1b]', '\x1b]7713', '\x1b]0;title\x07', '\r\n', '\x07'),
);

function readInPieces(text: string, cuts: number[]): Marker[] {
  const reader = new MarkerReader();
  const found: Marker[] = [];
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, text.length]) {
    found.push(...reader.read(text.slice(from, place)));
    from = place;
  }
  return found;
}

describe('MarkerReader', () => {
  test('finds every mark, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(noise, marker), { maxLength: 8 }),
        fc.array(fc.nat(5000), { maxLength: 30 }),
        (parts, cuts) => {
          const text = parts
            .map(([before, mark]) => {
              const written =
                mark.type === 'prompt'
                  ? prompt(mark.node)
                  : ran(mark.node, mark.exit, mark.command);
              return before + written;
            })
            .join('');
          expect(readInPieces(text, cuts)).toEqual(parts.map(([, mark]) => mark));
        },
      ),
    );
  });

  test.each([
    ['a node name that is none', '\x1b]7713;prompt;a;b\x07'],
    ['a node name with a slash', '\x1b]7713;prompt;../etc\x07'],
    ['an exit code that is no number', '\x1b]7713;ran;host;x;bHM=\x07'],
    ['a command that is no base64', '\x1b]7713;ran;host;0;<ls>\x07'],
    ['an unknown kind', '\x1b]7713;open;host\x07'],
    ['a mark broken off by a new line', '\x1b]7713;prompt;host\r\n\x07'],
  ])('ignores %s', (_, text) => {
    expect(new MarkerReader().read(text)).toEqual([]);
  });

  test('a mark that never ends does not hide the next one, nor grow', () => {
    const reader = new MarkerReader();
    reader.read('\x1b]7713;ran;host;0;');
    for (let i = 0; i < 100; i++) expect(reader.read('A'.repeat(4096))).toEqual([]);
    expect(reader.read(prompt('host'))).toEqual([{ type: 'prompt', node: 'host' }]);
  });

  test('a command line just short enough is kept', () => {
    const command = 'x'.repeat(Math.floor(longestMark * 0.7));
    expect(readInPieces(ran('host', 0, command), [10, 1000, 40_000])).toEqual([
      { type: 'ran', node: 'host', exit: 0, command },
    ]);
  });
});
