/** What this machine can do. Asked for when somebody looks. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { BackendHealth } from '../../main/contract/health.ts';
import { ask, hoplab } from '../bridge.ts';
import { useNotices } from './notices.ts';

export const useHealth = defineStore('health', () => {
  const notices = useNotices();
  const backends = shallowRef<BackendHealth[] | null>(null);
  const checking = ref(false);

  async function check() {
    if (checking.value) return;
    checking.value = true;
    const found = await notices.attempt(ask(hoplab.health.check()), 'The check could not be made');
    if (found) backends.value = found;
    checking.value = false;
  }

  return { backends, checking, check };
});
