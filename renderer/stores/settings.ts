/** The learner's wishes, and what they do to the page. */
import { defineStore } from 'pinia';
import { computed, ref, watchEffect } from 'vue';
import type { Settings } from '../../main/contract/settings.ts';
import { ask, hoplab } from '../bridge.ts';
import { useNotices } from './notices.ts';

const presenterScale = 1.4;
/** A window so wide is looked at from further away, or its dots are small. */
const wideScale = (width: number) => (width >= 3200 ? 1.5 : width >= 2500 ? 1.2 : 1);
/** Sizes in pixels are drawn for this text size. */
const usualSize = 13;

export const useSettings = defineStore('settings', () => {
  const notices = useNotices();
  const current = ref<Settings>({
    version: 1,
    theme: 'system',
    fontSize: 13,
    presenter: false,
    shell: 'bash',
    backend: 'sandbox',
    box: '',
    screenReader: false,
    onCommandClick: 'insert',
    introSeen: true,
    layout: { walkthrough: 30, terminals: 55 },
  });
  const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');
  const systemDark = ref(prefersDark.matches);
  prefersDark.addEventListener('change', (event) => {
    systemDark.value = event.matches;
  });

  const windowWidth = ref(window.innerWidth);
  window.addEventListener('resize', () => {
    windowWidth.value = window.innerWidth;
  });

  const theme = computed<'light' | 'dark'>(() => {
    if (current.value.theme !== 'system') return current.value.theme;
    return systemDark.value ? 'dark' : 'light';
  });
  const textSize = computed(() => {
    const { fontSize, presenter } = current.value;
    const scale = wideScale(windowWidth.value) * (presenter ? presenterScale : 1);
    return Math.round(fontSize * scale);
  });

  const terminalFont = computed(() => Math.max(9, textSize.value - 1));

  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    const { style } = document.documentElement;
    style.setProperty('--text-size', `${String(textSize.value)}px`);
    style.setProperty('--scale', String(textSize.value / usualSize));
  });

  function set(change: Partial<Settings>) {
    // Drawn at once; the main process has the last word.
    const before = current.value;
    current.value = { ...before, ...change };
    return trySet(change).catch((error: unknown) => {
      current.value = before;
      notices.fail(error, 'The setting could not be kept');
    });
  }
  /** Drawn when the main process has taken it; rejects when it does not. */
  async function trySet({ layout, ...change }: Partial<Settings>) {
    // A proxy cannot be sent.
    current.value = await ask(
      hoplab.settings.set({ ...change, ...(layout && { layout: { ...layout } }) }),
    );
  }

  function changeTextSize(by: number) {
    const fontSize = Math.min(32, Math.max(9, current.value.fontSize + by));
    return set({ fontSize });
  }

  return { current, theme, textSize, terminalFont, set, trySet, changeTextSize };
});
