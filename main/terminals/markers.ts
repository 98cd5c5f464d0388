/**
 * Reads the marks our shells leave in their output: that a prompt was printed, and which command ended how.
 * A mark is an OSC sequence that terminals ignore, so it may stay in the stream:
 *   ESC ] 7713 ; prompt ; <node> BEL
 *   ESC ] 7713 ; ran ; <node> ; <exit, -1 when it begins> ; <base64 of the command line> BEL
 * Chunks may be cut anywhere. At most one mark's length is kept in memory.
 */
export type Marker =
  { type: 'prompt'; node: string } | { type: 'ran'; node: string; exit: number; command: string };

const begin = '\x1b]7713;';
/** A command line longer than this is not worth a mark; the mark is dropped. */
export const longestMark = 64 * 1024;
const node = /^[A-Za-z][A-Za-z0-9-]{0,30}$/;

export class MarkerReader {
  /** Text that may still become a mark: a part of `begin`, or an open mark. */
  #carry = '';

  read(chunk: string): Marker[] {
    const text = this.#carry + chunk;
    this.#carry = '';
    const found: Marker[] = [];
    let from = 0;
    for (;;) {
      const start = text.indexOf(begin, from);
      if (start < 0) {
        this.#carry = openingAtEnd(text, from);
        return found;
      }
      const inside = start + begin.length;
      const end = endOfMark(text, inside);
      if (end === null) {
        const open = text.slice(start);
        if (open.length <= longestMark) this.#carry = open;
        return found;
      }
      const marker = text[end] === '\x07' ? parse(text.slice(inside, end)) : null;
      if (marker) found.push(marker);
      // What ended it may be the ESC of the next mark.
      from = text[end] === '\x07' ? end + 1 : end;
    }
  }
}

/** The first character no mark may hold: BEL ends it well, any other control character breaks it off. */
function endOfMark(text: string, from: number): number | null {
  for (let at = from; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x20) return at;
    if (at - from > longestMark) return at;
  }
  return null;
}

function openingAtEnd(text: string, from: number): string {
  const end = text.slice(Math.max(from, text.length - begin.length + 1));
  const last = end.lastIndexOf('\x1b');
  if (last < 0) return '';
  const tail = end.slice(last);
  return begin.startsWith(tail) ? tail : '';
}

function parse(body: string): Marker | null {
  const parts = body.split(';');
  const [kind, name = '', exit = '', encoded = ''] = parts;
  if (!node.test(name)) return null;
  if (kind === 'prompt' && parts.length === 2) return { type: 'prompt', node: name };
  if (kind !== 'ran' || parts.length !== 4 || !/^(-1|[0-9]{1,3})$/.test(exit)) return null;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) return null;
  const command = Buffer.from(encoded, 'base64').toString('utf8');
  return { type: 'ran', node: name, exit: Number(exit), command };
}
