/** The permission to change the learner's own computer: asked for here, given by whoever may. */
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { ask, hoplab } from '../bridge.ts';
import { useApp } from './app.ts';
import { useNotices } from './notices.ts';
import { useSession } from './session.ts';

export const useRights = defineStore('rights', () => {
  const app = useApp();
  const session = useSession();
  const notices = useNotices();
  const current = computed(() => session.state?.rights ?? null);
  const state = computed(() => current.value?.state ?? null);
  const how = computed(() => current.value?.how ?? 'dialog');
  const lines = computed(() => current.value?.lines ?? []);
  /** What was clicked before the permission was there, and is done when it comes. */
  const wanted = ref<(() => unknown) | null>(null);

  /** Whether a change on these nodes must wait for the permission. */
  function isNeededFor(nodes: readonly string[]): boolean {
    if (!state.value || state.value === 'granted') return false;
    return nodes.some((node) => session.node(node)?.kind === 'host');
  }

  /** Does it now, or when the permission is there. */
  function withRights(nodes: readonly string[], act: () => unknown) {
    if (isNeededFor(nodes)) askFor(act);
    else act();
  }

  function askFor(then: (() => unknown) | null) {
    wanted.value = then;
    app.overlay = 'rights';
  }

  async function allow() {
    // sudo asks in a terminal: it must not be hidden behind a dialog.
    if (how.value === 'terminal' && app.overlay === 'rights') app.overlay = null;
    await notices.attempt(ask(hoplab.session.allow()), 'The permission was not given');
  }
  const giveBack = () =>
    notices.attempt(ask(hoplab.session.disallow()), 'The permission could not be given back');

  watch(state, (now, before) => {
    if (now === 'granted') {
      if (app.overlay === 'rights') app.overlay = null;
      wanted.value?.();
    }
    if (before === 'asking' || now === null) wanted.value = null;
  });

  return { state, how, lines, isNeededFor, withRights, askFor, allow, giveBack };
});
