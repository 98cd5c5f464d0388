/** `bridge -j fdb`: behind which port of a bridge a MAC was seen; bridge(8). */
import { z } from 'zod';
import { parseJsonRows, type Parsed } from './parsed.ts';

const FdbEntry = z.object({
  mac: z.string(),
  ifname: z.string(),
  master: z.string().optional(),
  /** `permanent` for a port's own address; absent for what was learned. */
  state: z.string().default(''),
  flags: z.array(z.string()).default([]),
});
export type FdbEntry = z.infer<typeof FdbEntry>;

export const parseFdb = (text: string): Parsed<FdbEntry> => parseJsonRows(text, FdbEntry);
