/** What the app is, which view is open, and which overlay lies over it. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { LabSummary } from '../../main/contract/index.ts';
import { ask, hoplab } from '../bridge.ts';
import { useNotices } from './notices.ts';

export type View = 'catalog' | 'lab' | 'health' | 'settings';
export type Overlay = 'palette' | 'about' | 'intro' | 'rights' | 'questions' | 'vagrantfile' | null;

export const useApp = defineStore('app', () => {
  const notices = useNotices();
  const view = ref<View>('catalog');
  const overlay = ref<Overlay>(null);
  const about = ref({ version: '', electron: '', platform: '' });
  /** Changes of an earlier run that are still applied to this computer. */
  const leftovers = ref(0);
  const labs = shallowRef<LabSummary[]>([]);
  const glossary = shallowRef<Record<string, string>>({});

  function term(word: string): string | null {
    const exact = glossary.value[word];
    if (exact) return exact;
    const key = Object.keys(glossary.value).find(
      (each) => each.toLowerCase() === word.toLowerCase(),
    );
    return key ? (glossary.value[key] ?? null) : null;
  }

  /** Opens an allow-listed link in the browser; any other is offered for copying. */
  async function openLink(url: string) {
    const answer = await notices.attempt(ask(hoplab.app.openExternal({ url })));
    if (!answer || answer.opened) return;
    await navigator.clipboard.writeText(url).catch(() => undefined);
    notices.show({
      tone: 'info',
      title: 'Link copied',
      text: `Hoplab does not open this address itself: ${url}`,
    });
  }

  async function writeLogs() {
    const answer = await notices.attempt(ask(hoplab.app.logBundle()));
    if (answer) notices.show({ tone: 'info', title: 'Logs written', text: answer.path });
  }

  return { view, overlay, about, leftovers, labs, glossary, term, openLink, writeLogs };
});
