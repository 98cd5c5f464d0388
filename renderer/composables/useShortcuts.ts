/**
 * The app's keys. They are heard before a terminal hears them, and are few, so that shells keep theirs.
 * Ctrl+K belongs to bash as well: pressed again in the palette it goes through to the terminal.
 */
import { onMounted, onUnmounted } from 'vue';
import { useApp } from '../stores/app.ts';
import { useCommands } from '../stores/commands.ts';

const commandOf = (event: KeyboardEvent): string | null => {
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.altKey && !ctrl && !event.shiftKey) {
    return { ArrowRight: 'next-step', ArrowLeft: 'previous-step' }[event.key] ?? null;
  }
  if (!ctrl || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (event.shiftKey) {
    return (
      { f: 'find', b: 'broadcast', l: 'catalog', e: 'presenter', p: 'palette', '+': 'text-larger' }[
        key
      ] ?? null
    );
  }
  return (
    { k: 'palette', ',': 'settings', '=': 'text-larger', '+': 'text-larger', '-': 'text-smaller' }[
      key
    ] ?? null
  );
};

export function useShortcuts(): void {
  const commands = useCommands();
  const app = useApp();
  const listen = (event: KeyboardEvent) => {
    const id = commandOf(event);
    if (!id || event.defaultPrevented || app.overlay) return;
    event.preventDefault();
    event.stopPropagation();
    void commands.run(id);
  };
  onMounted(() => {
    window.addEventListener('keydown', listen, { capture: true });
  });
  onUnmounted(() => {
    window.removeEventListener('keydown', listen, { capture: true });
  });
}
