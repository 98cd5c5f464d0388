/** What can go wrong, as data: a closed list of codes, each with a message for people and a way out. */
import { z } from 'zod';

export const FailureCode = z.enum([
  'bad-request', // the window sent something the contract does not allow
  'not-found', // a lab, step, rule, node or terminal of that name does not exist
  'lab-invalid', // the lab's files have mistakes; `detail` lists file:line:column
  'tool-missing', // a program the backend needs is not installed; `hint` names the fix
  'not-permitted', // the operating system refuses (user namespaces, AppArmor)
  'busy', // another change of the same kind is under way
  'cancelled', // the learner stopped it
  'timed-out', // a program did not answer in time
  'command-failed', // a program ended with an error; `detail` holds its output
  'no-way-back', // a change that could not be taken back exactly; it was not made
  'needs-rights', // the learner has not allowed changes to their own computer
  'node-down', // the node is not running
  'internal', // a mistake of ours
]);
export type FailureCode = z.infer<typeof FailureCode>;

export const Failure = z.object({
  code: FailureCode,
  message: z.string(),
  /** The way out, one sentence. */
  hint: z.string().optional(),
  /** Raw output, one click away. */
  detail: z.string().optional(),
});
export type Failure = z.infer<typeof Failure>;

/** A failure on its way through our own code. */
export class LabFailure extends Error implements Failure {
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly hint?: string,
    readonly detail?: string,
  ) {
    super(message);
    this.name = 'LabFailure';
  }
}

/** Any thrown thing as a failure that can be shown and sent. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LabFailure) {
    const { code, message, hint, detail } = error;
    return { code, message, ...(hint && { hint }), ...(detail && { detail }) };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
