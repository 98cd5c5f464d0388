/** What the learner should know: notices of the main process, and failures of calls made from here. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { Notice } from '../../main/contract/index.ts';
import { ask, failureOf, hoplab } from '../bridge.ts';

/** A short message goes by itself; a failure stays until it is dismissed. */
const shownMs = 6_000;

export const useNotices = defineStore('notices', () => {
  const fromMain = shallowRef<Notice[]>([]);
  const local = ref<(Notice & { hint?: string })[]>([]);
  const all = computed(() => [...fromMain.value, ...local.value]);
  let next = 1;

  function show(notice: Omit<Notice, 'id' | 'detail'> & { detail?: string | null; hint?: string }) {
    const id = `local-${String(next++)}`;
    // The same thing said twice is shown once.
    local.value = local.value.filter(
      ({ title, text }) => title !== notice.title || text !== notice.text,
    );
    local.value.push({ detail: null, ...notice, id });
    if (notice.tone === 'info') setTimeout(() => void dismiss(id), shownMs);
  }

  function fail(error: unknown, title = 'That did not work') {
    const { message, hint, detail } = failureOf(error);
    show({ tone: 'error', title, text: message, detail: detail ?? null, ...(hint && { hint }) });
  }

  /** Runs a call; a failure becomes a notice and `undefined`. */
  async function attempt<T>(call: Promise<T>, title?: string): Promise<T | undefined> {
    try {
      return await call;
    } catch (error) {
      fail(error, title);
      return undefined;
    }
  }

  async function dismiss(id: string) {
    if (local.value.some((notice) => notice.id === id)) {
      local.value = local.value.filter((notice) => notice.id !== id);
      return;
    }
    await attempt(ask(hoplab.app.dismiss({ noticeId: id })));
  }

  return { all, fromMain, show, fail, attempt, dismiss };
});
