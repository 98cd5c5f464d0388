/** Types a step's solution into terminals, as a learner would: "Show me", checkpoints and proofs. */
import { LabFailure } from '../contract/failure.ts';
import type { SolveLine } from '../contract/lab.ts';
import { fill, type Values } from '../labs/values.ts';
import type { PtyEvent } from '../terminals/client.ts';
import type { Terminals } from './terminals.ts';

/** What one solution keeps in mind while it is typed. */
interface Typing extends SolveOptions {
  /** Terminals in which a line before has started a program that reads what is typed next. */
  reading: Set<string>;
}

export interface SolveOptions {
  /** Types visibly, letter by letter, in the learner's terminals; otherwise at once, in hidden ones. */
  visible: boolean;
  /** Leaves out lines that only watch: those waiting for output, and the keys that end them. */
  effectsOnly: boolean;
  signal: AbortSignal;
  answer(prediction: string, choice: number): void;
  /** Default 30 000 for each line. */
  timeoutMs?: number;
}

const keys: Record<NonNullable<SolveLine['keys']>, string> = {
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  enter: '\r',
};
const letterMs = 12;
/** A shell of the learner's that shows no prompt for so long runs something of theirs. */
const busyMs = 8_000;
/** Ctrl-U: what the learner had begun to type makes room. */
const clearLine = '\x15';

/** Lines with the running lab's values in their templates. */
export function filled(lines: readonly SolveLine[], values: Values): SolveLine[] {
  return lines.map((line) => ({
    ...line,
    ...(line.type !== undefined && { type: fill(line.type, values) }),
    ...(line.for !== undefined && { for: fill(line.for, values) }),
  }));
}

/** Rejects with LabFailure: `timed-out` names the line that did not come back, `cancelled`, `busy`. */
export async function solve(
  lines: readonly SolveLine[],
  terminals: Terminals,
  options: SolveOptions,
): Promise<void> {
  let watching = false;
  const typing: Typing = { ...options, reading: new Set() };
  for (const line of lines) {
    options.signal.throwIfAborted();
    if (options.effectsOnly && skips(line, watching)) {
      watching = line.wait === 'output' || (watching && line.type === undefined);
      continue;
    }
    watching = false;
    if (line.answer) options.answer(line.answer.prediction, line.answer.choice);
    if (line.type !== undefined || line.keys) await typeLine(line, terminals, typing);
  }
}

function skips(line: SolveLine, watching: boolean): boolean {
  if (line.answer && line.type === undefined && !line.keys) return false;
  return (
    line.wait === 'output' ||
    (line.keys !== undefined && line.type === undefined) ||
    (watching && line.keys !== undefined)
  );
}

async function typeLine(line: SolveLine, terminals: Terminals, options: Typing): Promise<void> {
  const id = await terminalFor(line, terminals, options);
  const done = waitFor(id, line, terminals, options);
  if (line.type !== undefined) {
    if (options.visible) {
      if (terminals.isAtPrompt(id)) terminals.type(id, clearLine);
      await typeVisibly(id, line.type, terminals, options.signal);
    } else terminals.type(id, line.type);
    terminals.type(id, '\r');
  }
  if (line.keys) terminals.type(id, keys[line.keys]);
  await done;
}

async function terminalFor(
  line: SolveLine,
  terminals: Terminals,
  options: Typing,
): Promise<string> {
  // A line before may have cut this terminal's road.
  await terminals.checkRoads();
  const found = terminals.usable(line.on, !options.visible);
  const id = found?.id ?? (await terminals.open(line.on, { hidden: !options.visible })).id;
  if (!found) terminals.closeFrozen(line.on, !options.visible);
  terminals.reveal(id);
  if (line.type !== undefined && !terminals.isAtPrompt(id) && !options.reading.has(id)) {
    await until(
      id,
      terminals,
      { ...options, timeoutMs: options.visible ? busyMs : options.timeoutMs },
      `${line.on}'s terminal is busy. End what runs in it (Ctrl-C) and try again: it showed no prompt`,
      (event) => event.type === 'prompt' && event.id === id,
      () => terminals.isAtPrompt(id),
    );
  }
  return id;
}

function waitFor(
  id: string,
  line: SolveLine,
  terminals: Terminals,
  options: Typing,
): Promise<void> {
  if (line.wait === 'none') return Promise.resolve();
  const what = line.type ?? line.keys ?? '';
  if (line.wait === 'prompt') {
    options.reading.delete(id);
    return until(
      id,
      terminals,
      options,
      `“${what}” did not end`,
      (event) => event.id === id && event.type === 'prompt',
    );
  }
  options.reading.add(id);
  let seen = '';
  terminals.tap(id, true);
  return until(id, terminals, options, `“${what}” did not print “${line.for ?? ''}”`, (event) => {
    if (event.id !== id || event.type !== 'output') return false;
    seen = (seen + event.data).slice(-20_000);
    return seen.includes(line.for ?? '');
  }).finally(() => {
    terminals.tap(id, false);
  });
}

function until(
  id: string,
  terminals: Terminals,
  options: SolveOptions,
  failure: string,
  test: (event: PtyEvent) => boolean,
  already?: () => boolean,
): Promise<void> {
  const { signal, timeoutMs = 30_000 } = options;
  return new Promise((resolve, reject) => {
    const end = (act: () => void): void => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => {
      end(() => {
        reject(new LabFailure('cancelled', 'Cancelled.'));
      });
    };
    const timer = setTimeout(() => {
      end(() => {
        reject(new LabFailure('timed-out', `${failure} within ${String(timeoutMs / 1000)} s.`));
      });
    }, timeoutMs);
    const stop = terminals.onEventOf((event) => {
      if (event.type === 'ended' && event.id === id)
        end(() => {
          reject(new LabFailure('command-failed', `${failure}: the terminal ended.`));
        });
      else if (test(event)) end(resolve);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (already?.()) end(resolve);
  });
}

async function typeVisibly(
  id: string,
  text: string,
  terminals: Terminals,
  signal: AbortSignal,
): Promise<void> {
  for (const letter of text) {
    signal.throwIfAborted();
    terminals.type(id, letter);
    await new Promise((resolve) => setTimeout(resolve, letterMs));
  }
}
