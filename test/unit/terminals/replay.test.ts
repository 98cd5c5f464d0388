import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Replay } from '../../../main/terminals/replay.ts';

describe('Replay', () => {
  test('keeps everything that fits', () => {
    const replay = new Replay(20);
    replay.push('hello ');
    replay.push('world');
    expect(replay.text()).toBe('hello world');
  });

  test('is always an end of what was pushed, never longer than the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 60 })), (pieces) => {
        const replay = new Replay(50);
        for (const piece of pieces) replay.push(piece);
        const kept = replay.text();
        expect(kept.length).toBeLessThanOrEqual(50);
        expect(pieces.join('').endsWith(kept)).toBe(true);
      }),
    );
  });

  test('begins with a whole line once something was dropped', () => {
    const replay = new Replay(10);
    replay.push('first\n');
    replay.push('second\nthird\n');
    expect(replay.text()).toBe('third\n');
  });
});
