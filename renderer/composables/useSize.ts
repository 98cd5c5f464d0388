/** The size of an element in pixels, as it changes. */
import { onMounted, onUnmounted, ref, type Ref } from 'vue';

export function useSize(element: Ref<HTMLElement | null>): Ref<{ width: number; height: number }> {
  const size = ref({ width: 0, height: 0 });
  const observer = new ResizeObserver(([entry]) => {
    if (entry) size.value = { width: entry.contentRect.width, height: entry.contentRect.height };
  });
  onMounted(() => {
    if (element.value) observer.observe(element.value);
  });
  onUnmounted(() => {
    observer.disconnect();
  });
  return size;
}
