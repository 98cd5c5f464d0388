/** A process that stays on a node and answers questions one after the other, so that none of them starts a process. */
import { LabFailure } from '../contract/failure.ts';
import type { ProcessHandle } from '../transports/transport.ts';

interface Question {
  text: string;
  resolve: (answer: string) => void;
  reject: (error: Error) => void;
}

/** Finds a whole answer at the head of what came in; null: not whole yet. */
export type Framing = (buffer: string) => { answer: string; rest: string } | null;

/** One line an answer: `ip -batch`. */
export const byLine: Framing = (buffer) => {
  const end = buffer.indexOf('\n');
  return end < 0 ? null : { answer: buffer.slice(0, end), rest: buffer.slice(end + 1) };
};

/** An answer ends with a record separator (ASCII 30) on a line of its own, which no tool here prints. */
export const byMark: Framing = (buffer) => {
  const end = buffer.indexOf('\u001e\n');
  return end < 0 ? null : { answer: buffer.slice(0, end), rest: buffer.slice(end + 2) };
};

/** A node that does not answer so long is taken for dead. */
const patienceMs = 5000;

export class Resident {
  readonly #handle: ProcessHandle;
  readonly #framing: Framing;
  #waiting: Question[] = [];
  #buffer = '';
  #dead = false;
  #timer: NodeJS.Timeout | null = null;

  /** `onEnd` is called once, when the process ends for whatever reason. */
  constructor(handle: ProcessHandle, framing: Framing, onEnd: () => void) {
    this.#handle = handle;
    this.#framing = framing;
    handle.stdin.on('error', () => undefined);
    handle.stderr.resume();
    handle.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#take(text);
    });
    void handle.ended.then(() => {
      this.#fail();
      onEnd();
    });
  }

  /** Rejects with LabFailure `node-down` when the process ends first. */
  ask(text: string): Promise<string> {
    if (this.#dead) return Promise.reject(gone());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject });
      if (this.#waiting.length === 1) this.#send();
    });
  }

  /** Its input ends, and so does it. */
  close(): void {
    this.#handle.stdin.end();
    this.#handle.kill();
    this.#fail();
  }

  #send(): void {
    const next = this.#waiting[0];
    if (!next) return;
    this.#timer = setTimeout(() => {
      this.close();
    }, patienceMs);
    this.#handle.stdin.write(`${next.text}\n`);
  }

  #take(text: string): void {
    this.#buffer += text;
    const found = this.#framing(this.#buffer);
    if (!found) return;
    this.#buffer = found.rest;
    if (this.#timer) clearTimeout(this.#timer);
    this.#waiting.shift()?.resolve(found.answer);
    this.#send();
  }

  #fail(): void {
    this.#dead = true;
    if (this.#timer) clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(gone());
  }
}

const gone = () => new LabFailure('node-down', 'The node has stopped answering.');
