/** `ip -j neigh show`. Fields and states: ip-neighbour(8). */
import { z } from 'zod';
import { parseJsonRows, type Parsed } from './parsed.ts';

const Neighbour = z.object({
  dst: z.string(),
  dev: z.string(),
  /** Absent while nobody has answered. */
  lladdr: z.string().optional(),
  state: z.array(z.string()).default([]),
  router: z.unknown().optional(),
});
export type Neighbour = z.infer<typeof Neighbour>;

export const parseNeighbours = (text: string): Parsed<Neighbour> => parseJsonRows(text, Neighbour);
