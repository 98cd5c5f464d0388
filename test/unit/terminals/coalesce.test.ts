import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Coalesce } from '../../../main/terminals/coalesce.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Coalesce', () => {
  test('the first piece goes at once, the rest together', () => {
    const sent: string[] = [];
    const coalesce = new Coalesce((data) => sent.push(data));
    coalesce.push('a');
    coalesce.push('b');
    coalesce.push('c');
    expect(sent).toEqual(['a']);
    vi.advanceTimersByTime(5);
    expect(sent).toEqual(['a', 'bc']);
  });

  test('nothing is lost, nothing is reordered, and no message comes sooner than the interval', () => {
    const step = fc.oneof(
      fc.record({ push: fc.string() }),
      fc.record({ wait: fc.integer({ min: 0, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const sent: { data: string; at: number }[] = [];
        const coalesce = new Coalesce((data) => sent.push({ data, at: Date.now() }));
        let pushed = '';
        for (const each of steps) {
          if ('push' in each) {
            pushed += each.push;
            coalesce.push(each.push);
          } else vi.advanceTimersByTime(each.wait);
        }
        vi.advanceTimersByTime(5);
        expect(sent.map(({ data }) => data).join('')).toBe(pushed);
        sent.forEach(({ at }, index) => {
          const before = sent[index - 1];
          if (before) expect(at - before.at).toBeGreaterThanOrEqual(5);
        });
        vi.clearAllTimers();
      }),
    );
  });

  test('flush sends what waits', () => {
    const sent: string[] = [];
    const coalesce = new Coalesce((data) => sent.push(data));
    coalesce.push('a');
    coalesce.push('b');
    coalesce.flush();
    expect(sent).toEqual(['a', 'b']);
    vi.advanceTimersByTime(50);
    expect(sent).toEqual(['a', 'b']);
  });
});
