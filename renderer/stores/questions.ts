/** What the learner is asked before a lab opens, and what they have marked so far. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { ask, hoplab } from '../bridge.ts';
import { useApp } from './app.ts';
import { useNotices } from './notices.ts';
import { useSession } from './session.ts';

export const useQuestions = defineStore('questions', () => {
  const app = useApp();
  const notices = useNotices();
  const session = useSession();
  const asked = computed(() => session.state?.questions ?? []);
  const chosen = shallowRef<Record<string, string>>({});

  // The session is announced anew for all sorts of reasons: only other questions begin from their own marks.
  watch(
    () =>
      asked.value
        .map(({ id, chosen: mark, choices }) => [id, mark, ...choices.map((c) => c.id)])
        .join(),
    (key) => {
      chosen.value = Object.fromEntries(asked.value.map(({ id, chosen: mark }) => [id, mark]));
      if (key !== '') app.overlay = 'questions';
      else if (app.overlay === 'questions') app.overlay = null;
    },
    { immediate: true },
  );

  const choose = (question: string, choice: string) => {
    chosen.value = { ...chosen.value, [question]: choice };
  };
  const reply = () => notices.attempt(ask(hoplab.session.reply({ answers: chosen.value })));

  return { asked, chosen, choose, reply, cancel: session.cancel };
});
