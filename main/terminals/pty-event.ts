/** What a pty host tells of its shells. `exit` is -1 for a command that has begun and not ended. */
export type PtyEvent =
  | { type: 'started'; id: string; pid: number }
  /** A shell printed its prompt. */
  | { type: 'prompt'; id: string; node: string }
  | { type: 'ran'; id: string; node: string; command: string; exit: number }
  /** Only for ids that are tapped. */
  | { type: 'output'; id: string; data: string }
  | { type: 'ended'; id: string; exitCode: number };
