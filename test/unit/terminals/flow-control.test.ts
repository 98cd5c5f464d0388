import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlowControl } from '../../../main/terminals/flow-control.ts';

const limits = { pauseAbove: 100, resumeBelow: 5, aheadMs: 50, pauseAtMost: 2_000 };

function watched() {
  const calls: string[] = [];
  const clock = { ms: 0 };
  const flow = new FlowControl(
    limits,
    { pause: () => calls.push('pause'), resume: () => calls.push('resume') },
    () => clock.ms,
  );
  return { flow, calls, clock };
}

describe('FlowControl', () => {
  test('pauses above the high mark and resumes below the low one', () => {
    const { flow, calls } = watched();
    flow.sent(100);
    expect(calls).toEqual([]);
    flow.sent(1);
    expect(calls).toEqual(['pause']);
    flow.acknowledged(90);
    expect(calls).toEqual(['pause']);
    flow.acknowledged(7);
    expect(calls).toEqual(['pause', 'resume']);
  });

  test('pause and resume alternate, and a window that draws everything never leaves it paused', () => {
    const step = fc.record({
      sent: fc.boolean(),
      characters: fc.integer({ min: 0, max: 300 }),
      ms: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { flow, calls, clock } = watched();
        for (const { sent, characters, ms } of steps) {
          clock.ms += ms;
          if (sent) flow.sent(characters);
          else flow.acknowledged(characters);
          expect(flow.pauseAbove).toBeGreaterThanOrEqual(limits.pauseAbove);
          expect(flow.pauseAbove).toBeLessThanOrEqual(limits.pauseAtMost);
          if (flow.unacknowledged > limits.pauseAtMost) expect(flow.isPaused).toBe(true);
          if (flow.unacknowledged < limits.resumeBelow) expect(flow.isPaused).toBe(false);
        }
        calls.forEach((call, at) => {
          expect(call).toBe(at % 2 === 0 ? 'pause' : 'resume');
        });
        flow.acknowledged(flow.unacknowledged);
        expect(flow.isPaused).toBe(false);
      }),
    );
  });

  test('a fast window is sent more at once, a slow one is not', () => {
    const { flow, clock } = watched();
    for (let i = 0; i < 40; i++) {
      flow.sent(100);
      clock.ms += 5;
      flow.acknowledged(100);
      flow.sent(1);
    }
    // 100 characters in 5 ms make 1000 in the 50 ms it may be ahead.
    expect(flow.pauseAbove).toBeGreaterThan(700);
    expect(flow.pauseAbove).toBeLessThanOrEqual(1_100);
    for (let i = 0; i < 40; i++) {
      flow.sent(10);
      clock.ms += 50;
      flow.acknowledged(10);
    }
    expect(flow.pauseAbove).toBe(limits.pauseAbove);
  });

  test('time in which there was nothing to draw does not count', () => {
    const { flow, clock } = watched();
    for (let i = 0; i < 10; i++) {
      clock.ms += 60_000;
      flow.sent(600);
      clock.ms += 30;
      flow.acknowledged(600);
    }
    expect(flow.pauseAbove).toBe(1_000);
  });

  test('a new window starts from zero', () => {
    const { flow, calls } = watched();
    flow.sent(500);
    flow.reset();
    expect(calls).toEqual(['pause', 'resume']);
    expect(flow.unacknowledged).toBe(0);
    expect(flow.pauseAbove).toBe(limits.pauseAbove);
  });
});
