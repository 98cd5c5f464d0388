/** Talks to the running helper: a JSON object a line each way, answers by number. */
import { createInterface } from 'node:readline';
import { LabFailure } from '../../contract/failure.ts';
import type { ProcessHandle } from '../../transports/transport.ts';

/** Where the helper reads and writes; how it was started is somebody else's affair. */
export type HelperPipes = Pick<ProcessHandle, 'stdin' | 'stdout' | 'ended'>;

type Answer = Record<string, unknown> & {
  id?: unknown;
  ok?: unknown;
  why?: unknown;
  event?: unknown;
};

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (failure: LabFailure) => void;
}

export class HelperClient {
  readonly #pipes: HelperPipes;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #gone = false;

  /** `changed`: the computer's firewall has changed, by whomever; told after `watch` was asked for. */
  constructor(
    pipes: HelperPipes,
    private readonly changed: () => void,
  ) {
    this.#pipes = pipes;
    pipes.stdin.on('error', () => undefined);
    createInterface(pipes.stdout).on('line', (line) => {
      this.#hear(line);
    });
    void pipes.ended.then(() => {
      this.#gone = true;
      for (const { reject } of this.#waiting.values()) reject(ended());
      this.#waiting.clear();
    });
  }

  /** Resolves with the answer's fields; rejects with LabFailure `command-failed` and the helper's reason, or when it ends. */
  ask(verb: string, fields: Record<string, unknown> = {}): Promise<Answer> {
    if (this.#gone) return Promise.reject(ended());
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#pipes.stdin.write(`${JSON.stringify({ id, verb, ...fields })}\n`);
    });
  }

  /** Ends its input; it then takes back what is still applied, and ends. */
  async close(): Promise<void> {
    this.#pipes.stdin.end();
    await this.#pipes.ended;
  }

  #hear(line: string): void {
    let answer: Answer;
    try {
      answer = JSON.parse(line) as Answer;
    } catch {
      return;
    }
    if (answer.event === 'firewall') this.changed();
    const waiting = this.#waiting.get(Number(answer.id));
    if (!waiting) return;
    this.#waiting.delete(Number(answer.id));
    if (answer.ok === true) waiting.resolve(answer);
    else
      waiting.reject(
        new LabFailure(
          'command-failed',
          `This computer was not changed: ${typeof answer.why === 'string' ? answer.why : 'the helper gave no reason'}.`,
        ),
      );
  }
}

const ended = () =>
  new LabFailure(
    'needs-rights',
    'The helper that changes this computer has ended, and has taken back what it had done.',
    'Allow it again to go on.',
  );
