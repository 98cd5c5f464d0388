/** What is shown of this machine's health is the newest answer, however long an older one takes. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const answers: ((backends: unknown[]) => void)[] = [];
vi.stubGlobal('window', {
  hoplab: {
    health: {
      check: () =>
        new Promise((resolve) => {
          answers.push((value) => {
            resolve({ ok: true, value });
          });
        }),
    },
  },
});
const { useHealth } = await import('../../../renderer/stores/health.ts');

beforeEach(() => {
  setActivePinia(createPinia());
  answers.length = 0;
});

describe('the check of this machine', () => {
  it('is made anew while an older one hangs, and its answer stays', async () => {
    const health = useHealth();
    const first = health.check();
    const second = health.check();
    expect(answers).toHaveLength(2);
    answers[1]?.([{ backend: 'vagrant' }]);
    await second;
    expect(health.backends).toEqual([{ backend: 'vagrant' }]);
    expect(health.checking).toBe(true);
    answers[0]?.([]);
    await first;
    expect(health.backends).toEqual([{ backend: 'vagrant' }]);
    expect(health.checking).toBe(false);
  });
});
