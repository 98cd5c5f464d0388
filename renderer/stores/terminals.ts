/** Open terminals, where they stand, which one has the keyboard, and whether typing goes to all. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { TerminalInfo } from '../../main/contract/terminal.ts';
import { ask, hoplab } from '../bridge.ts';
import { arrange, mostColumns, type Place } from './deck.ts';
import { useNotices } from './notices.ts';
import { useSession } from './session.ts';

/** What a drawn terminal can be asked to do. */
export interface Screen {
  focus(): void;
  /** Types text as a paste would; with `enter`, runs it. */
  type(text: string, enter: boolean): void;
  find(): void;
  /** Sends keys as they are. */
  send(keys: string): void;
}

export const useTerminals = defineStore('terminals', () => {
  const notices = useNotices();
  const session = useSession();
  const infos = shallowRef<TerminalInfo[]>([]);
  const columns = shallowRef<string[][]>([]);
  const focused = ref<string | null>(null);
  /** The one that was typed into last. */
  const inUse = ref<string | null>(null);
  const broadcast = ref(false);
  /** How many columns there is room for; the deck knows. */
  const room = ref(mostColumns);
  const screens = new Map<string, Screen>();
  /** Waiting for a screen that is not drawn yet. */
  const waiting = new Map<string, ((screen: Screen) => void)[]>();
  const lastOf = new Map<string, string>();
  let place: Place | null = null;

  const info = (id: string) => infos.value.find((each) => each.id === id) ?? null;
  const openOn = (node: string) =>
    infos.value.filter((each) => each.node === node && each.state === 'open');

  /** Nodes that should have a terminal and have none: a place is kept for each. */
  const closedByLearner = ref<string[]>([]);
  const wanted = computed(() => {
    const state = session.state;
    if (!state) return [];
    const first = (kind: string) => state.nodes.find((node) => node.kind === kind)?.id;
    const nodes = state.terminals ?? [first('host'), first('machine')];
    return nodes.filter(
      (id): id is string => id !== undefined && !closedByLearner.value.includes(id),
    );
  });
  const missing = computed(() =>
    wanted.value.filter((node) => !infos.value.some((each) => each.node === node)),
  );

  /** Terminals stand in the order of the lab's nodes. */
  function rank(id: string): number {
    const node = info(id)?.node;
    return session.order.findIndex((each) => each === node);
  }

  /** A new shell on a node takes the place of one that is cut off or has ended with its node. */
  function replaced(next: TerminalInfo[]): TerminalInfo | null {
    const known = new Set(infos.value.map(({ id }) => id));
    const added = next.filter(({ id }) => !known.has(id));
    return (
      next.find(
        ({ id, node, frozen, state }) =>
          known.has(id) &&
          (frozen !== null || state === 'ended') &&
          added.some((each) => each.node === node),
      ) ?? null
    );
  }

  function receive(next: TerminalInfo[]) {
    const old = place ? null : replaced(next);
    if (old) place = { beside: old.id, direction: 'down' };
    infos.value = next;
    columns.value = arrange(
      columns.value,
      next.map(({ id }) => id),
      place,
      rank,
      room.value,
    );
    place = null;
    if (old?.state === 'ended') void close(old.id);
    if (next.filter(({ state }) => state === 'open').length < 2) broadcast.value = false;
  }

  async function open(node: string, options: { path?: string; place?: Place } = {}) {
    place = options.place ?? null;
    const { path } = options;
    const opened = await notices.attempt(
      ask(hoplab.terminal.open({ node, ...(path && { path }) })),
      `No terminal on ${session.title(node)}`,
    );
    if (!opened) place = null;
    else {
      closedByLearner.value = closedByLearner.value.filter((each) => each !== node);
      // Who opens a terminal means to type into it.
      void drawn(opened.id).then((screen) => {
        screen.focus();
      });
    }
    return opened;
  }

  async function close(id: string) {
    const node = info(id)?.node;
    if (node && openOn(node).length <= 1) closedByLearner.value.push(node);
    await notices.attempt(ask(hoplab.terminal.close({ id })));
  }

  function register(id: string, screen: Screen): () => void {
    screens.set(id, screen);
    for (const tell of waiting.get(id) ?? []) tell(screen);
    waiting.delete(id);
    return () => screens.delete(id);
  }

  function onFocus(id: string) {
    focused.value = id;
    const node = info(id)?.node;
    if (node) lastOf.set(node, id);
  }

  /** The terminal of a node the learner used last, or a new one. */
  async function on(node: string): Promise<Screen | null> {
    const open_ = openOn(node);
    const chosen =
      open_.find(({ id }) => id === lastOf.get(node)) ?? open_[0] ?? (await open(node));
    return chosen ? drawn(chosen.id) : null;
  }
  function drawn(id: string): Promise<Screen> {
    const screen = screens.get(id);
    if (screen) return Promise.resolve(screen);
    return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
  }

  async function focus(node: string) {
    (await on(node))?.focus();
  }
  async function type(node: string, text: string, enter: boolean) {
    const state = session.node(node);
    if (state && state.life !== 'running') {
      const how = state.startsBy ? ` It starts with “${state.startsBy}”.` : '';
      notices.show({
        tone: 'warning',
        title: `${state.title} is not running`,
        text: `This goes into its terminal.${how}`,
      });
      return;
    }
    const screen = await on(node);
    screen?.type(text, enter);
    screen?.focus();
  }
  async function reveal(id: string) {
    inUse.value = id;
    (await drawn(id)).focus();
  }
  function send(id: string, keys: string) {
    screens.get(id)?.focus();
    screens.get(id)?.send(keys);
  }
  function find() {
    const id = focused.value ?? infos.value[0]?.id;
    if (id) screens.get(id)?.find();
  }

  watch(
    () => session.state?.labId,
    () => {
      closedByLearner.value = [];
      broadcast.value = false;
    },
  );

  return {
    infos,
    columns,
    focused,
    inUse,
    room,
    broadcast,
    missing,
    info,
    openOn,
    receive,
    open,
    close,
    register,
    onFocus,
    focus,
    type,
    reveal,
    find,
    send,
  };
});
