/** What a panel shows: rows read from a kernel, keyed, with what changed and when. */
import { z } from 'zod';
import { PanelKind } from './lab.ts';
import { NodeId } from './names.ts';

export const PanelRow = z.object({
  /** Stable over the row's life: a neighbour's address and device, a rule's text and position. */
  key: z.string(),
  /** Column id → text. */
  cells: z.record(z.string(), z.string()),
  /** The row in plain words, for who asks. */
  explain: z.string(),
  /** A short note at the end of the row: "yours", "docker", "link down". */
  note: z.string().nullable(),
  change: z.enum(['none', 'added', 'changed', 'removed']),
  /** When it changed, milliseconds since 1970; 0 when it was there from the start. */
  changedAt: z.number(),
  /** Columns whose text changed last. */
  changedCells: z.array(z.string()),
});
export type PanelRow = z.infer<typeof PanelRow>;

export const PanelSection = z.object({
  /** "main", "local", "filter · FORWARD"; empty when there is only one. */
  title: z.string(),
  /** What this section is, in a sentence. */
  about: z.string(),
  rows: z.array(PanelRow),
});

export const PanelView = z.object({
  node: NodeId,
  panel: PanelKind,
  columns: z.array(z.object({ id: z.string(), title: z.string(), numeric: z.boolean() })),
  sections: z.array(PanelSection),
  /** Something to know besides the rows, in a sentence. */
  notice: z.string().nullable(),
  /** Why there is nothing to see, when there is nothing. */
  empty: z.string(),
  /** Set while the node cannot be read. */
  unavailable: z.string().nullable(),
});
export type PanelView = z.infer<typeof PanelView>;
export type PanelSection = z.infer<typeof PanelSection>;
