/** What must be asked before a lab can be opened, as data: the window shows it and sends back what was chosen. */
import { z } from 'zod';
import { LocalId } from './names.ts';

const ChoiceId = z.string().min(1).max(120);

export const Choice = z.object({
  id: ChoiceId,
  label: z.string(),
  /** What kind it is, in a word or two. */
  tag: z.string().nullable(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  /** What it means, in a sentence or two. */
  about: z.string().nullable(),
  /** What would be written where, word for word. */
  lines: z.array(z.string()),
  /** Why it cannot be chosen; null when it can. */
  obstacle: z.string().nullable(),
});
export type Choice = z.infer<typeof Choice>;

export const Question = z.object({
  id: LocalId,
  title: z.string(),
  about: z.string(),
  choices: z.array(Choice).min(1),
  /** Marked when it is asked. */
  chosen: ChoiceId,
});
export type Question = z.infer<typeof Question>;

/** Question → choice. */
export const Answers = z.record(LocalId, ChoiceId);
export type Answers = z.infer<typeof Answers>;
