/** Panels: who looks at what, and the last view of each. Nothing is watched that nobody looks at. */
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { PanelKind } from '../../main/contract/lab.ts';
import type { PanelView } from '../../main/contract/network.ts';
import { ask, hoplab } from '../bridge.ts';
import { useNotices } from './notices.ts';

const keyOf = (node: string, panel: PanelKind) => `${node}/${panel}`;

export const useNetwork = defineStore('network', () => {
  const notices = useNotices();
  const views = shallowReactive(new Map<string, PanelView>());
  const watchers = new Map<string, { node: string; panel: PanelKind; count: number }>();

  const view = (node: string, panel: PanelKind) => views.get(keyOf(node, panel)) ?? null;

  function receive(next: PanelView) {
    const key = keyOf(next.node, next.panel);
    if (watchers.has(key)) views.set(key, next);
  }

  /** Answers the end of the watch. */
  function watch(node: string, panel: PanelKind): () => void {
    const key = keyOf(node, panel);
    const entry = watchers.get(key) ?? { node, panel, count: 0 };
    entry.count++;
    watchers.set(key, entry);
    if (entry.count === 1 && !document.hidden) tell('watch', entry);
    return () => {
      entry.count--;
      if (entry.count > 0) return;
      watchers.delete(key);
      views.delete(key);
      tell('unwatch', entry);
    };
  }

  function tell(what: 'watch' | 'unwatch', { node, panel }: { node: string; panel: PanelKind }) {
    void notices.attempt(ask(hoplab.network[what]({ node, panel })), 'A panel could not be read');
  }

  document.addEventListener('visibilitychange', () => {
    for (const entry of watchers.values()) tell(document.hidden ? 'unwatch' : 'watch', entry);
  });

  return { view, receive, watch };
});
