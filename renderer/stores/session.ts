/** The running lab as the main process announces it. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { NodeState, SessionState } from '../../main/contract/session.ts';
import { ask, failureOf, hoplab } from '../bridge.ts';
import { useApp } from './app.ts';
import { nodeColours } from './node-colours.ts';
import { useNotices } from './notices.ts';

/** Log lines kept for the page that shows a start. */
const logKept = 200;

export const useSession = defineStore('session', () => {
  const notices = useNotices();
  const app = useApp();
  const state = shallowRef<SessionState | null>(null);
  const log = ref<string[]>([]);

  const step = computed(() => state.value?.steps[state.value.step] ?? null);
  const isRunning = computed(() => state.value?.phase.phase === 'running');
  const colours = computed(() => nodeColours(state.value?.nodes ?? []));
  const rulesOn = computed(
    () =>
      state.value?.rules.filter(({ life }) => life !== 'off' && life !== 'unavailable').length ?? 0,
  );

  /** Changes of the lab to the learner's own computer, where that is its host. */
  const hostChanges = computed(() => {
    const { backend, rules = [] } = state.value ?? {};
    if (backend !== 'vagrant') return 0;
    return rules.filter(
      ({ canUndo, commands }) => canUndo && commands.some((one) => node(one.node)?.kind === 'host'),
    ).length;
  });

  /** The labs, with what has been done in the open one up to this moment. */
  const shelf = computed(() =>
    app.labs.map((lab) => {
      const open = state.value;
      if (open?.labId !== lab.id || open.steps.length === 0) return lab;
      const stepsDone = open.steps.filter(({ done }) => done).length;
      return { ...lab, stepsDone, resumeAt: open.step };
    }),
  );

  /** Node ids as they stand side by side: those with a terminal from the start, then the others, host first. */
  const order = computed(() => {
    const nodes = state.value?.nodes ?? [];
    const hosts = nodes.filter(({ kind }) => kind === 'host');
    return [
      ...new Set([...(state.value?.terminals ?? []), ...[...hosts, ...nodes].map(({ id }) => id)]),
    ];
  });

  function node(id: string): NodeState | null {
    return state.value?.nodes.find((each) => each.id === id) ?? null;
  }
  /** The colour of a node, everywhere it is drawn. */
  function colour(id: string | null): string {
    return (id && colours.value[id]) || 'var(--node-slate)';
  }
  function title(id: string): string {
    return node(id)?.title ?? id;
  }

  function receive(next: SessionState | null) {
    const before = state.value;
    state.value = next;
    if (next && next.labId !== before?.labId) app.view = 'lab';
    if (!next && app.view === 'lab') app.view = 'catalog';
  }
  function receiveLog(line: string) {
    log.value = [...log.value.slice(1 - logKept), line];
  }

  const run = (call: Parameters<typeof ask>[0], title?: string) =>
    notices.attempt(ask(call), title);

  async function open(labId: string, fresh = false) {
    log.value = [];
    try {
      await ask(hoplab.session.open({ labId, fresh }));
      if (state.value?.labId === labId) app.view = 'lab';
    } catch (error) {
      const { code } = failureOf(error);
      // Who cancels knows.
      if (code === 'cancelled') return;
      notices.fail(error, 'The lab could not be opened');
      // What this machine lacks is named there, with the line that mends it.
      if (code === 'not-permitted' || code === 'tool-missing') app.view = 'health';
    }
  }
  /** A folder with a Vagrantfile, on this computer. */
  async function openFolder() {
    const answer = await notices.attempt(
      ask(hoplab.session.openFolder()),
      'The folder could not be opened',
    );
    if (answer?.opened) app.view = 'lab';
  }
  const close = () => run(hoplab.session.close(), 'The lab could not be stopped');
  const up = () => run(hoplab.session.up(), 'The machines could not be started');
  const show = (index: number) => run(hoplab.session.show({ step: index }));
  const goTo = (index: number) => run(hoplab.session.goTo({ step: index }));
  const resetStep = () => run(hoplab.session.resetStep(), 'The step could not be reset');
  /** True while a solution is being typed. */
  const showing = ref(false);
  async function showMe() {
    showing.value = true;
    await run(hoplab.session.showMe({ step: state.value?.step ?? 0 }));
    showing.value = false;
  }
  const cancel = () => run(hoplab.session.cancel());
  const answer = (prediction: string, choice: number) =>
    run(hoplab.session.answer({ prediction, choice }));
  const saveNote = (text: string) =>
    run(hoplab.session.note({ text }), 'The note could not be kept');

  return {
    state,
    log,
    step,
    isRunning,
    rulesOn,
    hostChanges,
    shelf,
    showing,
    order,
    node,
    colour,
    title,
    receive,
    receiveLog,
    open,
    openFolder,
    close,
    up,
    show,
    goTo,
    resetStep,
    showMe,
    cancel,
    answer,
    saveNote,
  };
});
