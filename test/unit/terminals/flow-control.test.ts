import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FlowControl } from '../../../main/terminals/flow-control.ts';

const limits = { pauseAbove: 100, resumeBelow: 5 };

function watched() {
  const calls: string[] = [];
  const flow = new FlowControl(limits, {
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  });
  return { flow, calls };
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
    const step = fc.record({ sent: fc.boolean(), characters: fc.integer({ min: 0, max: 300 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { flow, calls } = watched();
        for (const { sent, characters } of steps) {
          if (sent) flow.sent(characters);
          else flow.acknowledged(characters);
          if (flow.unacknowledged > limits.pauseAbove) expect(flow.isPaused).toBe(true);
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

  test('a new window starts from zero', () => {
    const { flow, calls } = watched();
    flow.sent(500);
    flow.reset();
    expect(calls).toEqual(['pause', 'resume']);
    expect(flow.unacknowledged).toBe(0);
  });
});
