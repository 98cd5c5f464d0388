/** What each backend needs, what was found, and how to fix it. */
import { z } from 'zod';
import { BackendKind } from './session.ts';

export const HealthItem = z.object({
  id: z.string(),
  title: z.string(),
  backend: BackendKind.nullable(),
  status: z.enum(['ok', 'warning', 'missing']),
  wanted: z.string(),
  found: z.string(),
  why: z.string(),
  /** A command or an action, in words that can be followed. */
  fix: z.string().nullable(),
  /** The exact line to copy, when there is one. */
  command: z.string().nullable(),
});
export type HealthItem = z.infer<typeof HealthItem>;

export const BackendHealth = z.object({
  backend: BackendKind,
  usable: z.boolean(),
  summary: z.string(),
  items: z.array(HealthItem),
});
export type BackendHealth = z.infer<typeof BackendHealth>;
