/** One-click changes: asked for by name; what they are is the main process's affair. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { ask, hoplab } from '../bridge.ts';
import { useNotices } from './notices.ts';
import { useSession } from './session.ts';

export const useRules = defineStore('rules', () => {
  const notices = useNotices();
  const session = useSession();
  /** Asked for and not answered yet, so that a button reacts at once. */
  const pending = ref<string[]>([]);
  const all = computed(() => session.state?.rules ?? []);
  const rule = (id: string) => all.value.find((each) => each.id === id) ?? null;
  const isBusy = (id: string) => pending.value.includes(id) || (rule(id)?.busy ?? false);

  async function change(id: string, call: Parameters<typeof ask>[0], title: string) {
    if (isBusy(id)) return;
    pending.value.push(id);
    await notices.attempt(ask(call), title);
    pending.value = pending.value.filter((each) => each !== id);
  }
  const apply = (ruleId: string) =>
    change(ruleId, hoplab.rules.apply({ ruleId }), 'The rule could not be applied');
  const undo = (ruleId: string) =>
    change(ruleId, hoplab.rules.undo({ ruleId }), 'The rule could not be taken back');
  const applyAll = () =>
    notices.attempt(ask(hoplab.rules.applyAll()), 'Not every rule could be applied');
  const undoAll = () =>
    notices.attempt(ask(hoplab.rules.undoAll()), 'Not every rule could be taken back');

  return { all, rule, isBusy, apply, undo, applyAll, undoAll };
});
