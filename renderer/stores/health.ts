/** What this machine can do. Asked for when somebody looks. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { BackendHealth } from '../../main/contract/health.ts';
import { ask, hoplab } from '../bridge.ts';
import { useNotices } from './notices.ts';

export const useHealth = defineStore('health', () => {
  const notices = useNotices();
  const backends = shallowRef<BackendHealth[] | null>(null);
  const underWay = ref(0);
  const checking = computed(() => underWay.value > 0);
  let asked = 0;
  let shown = 0;

  /** Asks anew even while an older question waits, which may be for long; the newest answer stays. */
  async function check() {
    const mine = ++asked;
    underWay.value++;
    const found = await notices.attempt(ask(hoplab.health.check()), 'The check could not be made');
    underWay.value--;
    if (!found || mine < shown) return;
    shown = mine;
    backends.value = found;
  }

  return { backends, checking, check };
});
