/** One colour a node, by its kind and its place among those of its kind. Pure. */
import type { NodeState } from '../../main/contract/session.ts';

const palettes: Record<NodeState['kind'], string[]> = {
  host: ['blue'],
  machine: ['violet', 'pink', 'lime', 'sky'],
  router: ['amber', 'lime'],
  container: ['teal', 'sky', 'lime'],
  server: ['slate'],
};

export function nodeColours(
  nodes: readonly Pick<NodeState, 'id' | 'kind'>[],
): Record<string, string> {
  const used: Partial<Record<NodeState['kind'], number>> = {};
  return Object.fromEntries(
    nodes.map(({ id, kind }) => {
      const place = used[kind] ?? 0;
      used[kind] = place + 1;
      const palette = palettes[kind];
      return [id, `var(--node-${palette[place % palette.length] ?? 'slate'})`];
    }),
  );
}
