/** What an earlier run has left changed on this computer, as the helper's own journal tells everybody. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { LabId, LocalId } from '../../contract/names.ts';

const place = '/var/lib/hoplab-helper/pending.json';

const Leftover = z.object({
  change: z.string().regex(/^[0-9a-f]{16}$/),
  lab: LabId,
  rule: LocalId,
  /** The command line that made it. */
  says: z.string().max(2000),
  uid: z.number().int(),
  /** Seconds since 1970. */
  at: z.number(),
});
export type Leftover = z.infer<typeof Leftover>;

/** Empty when there is nothing, or no helper was ever used. Never rejects. */
export async function readLeftovers(file = place): Promise<Leftover[]> {
  try {
    return z.array(Leftover).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return [];
  }
}
