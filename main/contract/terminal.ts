/**
 * Terminals. Opening and closing go through the contract; bytes go over a MessagePort between the
 * window and the pty host, as `ToHost` and `ToWindow`.
 */
import { z } from 'zod';
import { NodeId } from './names.ts';

export const TerminalId = z.string().regex(/^t[0-9]{1,6}$/);
export type TerminalId = z.infer<typeof TerminalId>;

export const TerminalInfo = z.object({
  id: TerminalId,
  node: NodeId,
  /** "learner · bash", "vagrant · ssh 127.0.0.1:2222" */
  title: z.string(),
  /** Which road the bytes take: the local shell, or ssh to this address. */
  path: z.string(),
  state: z.enum(['open', 'ended']),
  exitCode: z.number().nullable(),
  /** Set while the road is cut: why, and the other road on offer, if there is one. */
  frozen: z.object({ why: z.string(), offer: z.string().nullable() }).nullable(),
});
export type TerminalInfo = z.infer<typeof TerminalInfo>;

/**
 * Unacknowledged characters above which a pty is paused, below which it goes on, and the window's step. A
 * window that draws fast may be sent as much as it draws within `aheadMs`: more would only make Ctrl-C late.
 */
export const flow = {
  pauseAbove: 100_000,
  resumeBelow: 5_000,
  acknowledgeEvery: 5_000,
  aheadMs: 80,
  pauseAtMost: 1_500_000,
} as const;
/** Characters kept so that a reload of the window brings the screen back. */
export const replayLimit = 256 * 1024;

export type ToHost =
  | { type: 'attach'; id: TerminalId; columns: number; rows: number }
  | { type: 'input'; id: TerminalId; data: string }
  | { type: 'resize'; id: TerminalId; columns: number; rows: number }
  | { type: 'acknowledge'; id: TerminalId; characters: number };

export type ToWindow =
  | { type: 'replay'; id: TerminalId; data: string }
  | { type: 'data'; id: TerminalId; data: string }
  | { type: 'ended'; id: TerminalId; exitCode: number };
