/** One clock for all relative times. It ticks only while somebody looks at something recent. */
import { onScopeDispose, ref, watch, type Ref } from 'vue';

const now = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | null = null;

function start() {
  users++;
  now.value = Date.now();
  timer ??= setInterval(() => (now.value = Date.now()), 1000);
}
function stop() {
  users--;
  if (users > 0 || !timer) return;
  clearInterval(timer);
  timer = null;
}

/** The time, kept current while `active` is true. */
export function useNow(active: Ref<boolean>): Readonly<Ref<number>> {
  let using = false;
  watch(
    active,
    (on) => {
      if (on === using) return;
      using = on;
      if (on) start();
      else stop();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    if (using) stop();
  });
  return now;
}

/** "now", "8 s ago", "3 min ago". */
export function ago(from: number, to: number): string {
  const seconds = Math.max(0, Math.round((to - from) / 1000));
  if (seconds < 2) return 'now';
  if (seconds < 60) return `${String(seconds)} s ago`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min ago`;
  return `${String(Math.floor(seconds / 3600))} h ago`;
}
