/**
 * Shells that stay on a node and run one command after the other. To start a process the app itself would have to fork, and
 * a fork of something as large as it takes long, while nothing else of it goes on; a small shell on the node does it at once.
 */
import { randomBytes } from 'node:crypto';
import { LabFailure } from '../contract/failure.ts';
import type { Argv, ExecResult, ProcessHandle } from './transport.ts';

/**
 * Reads how many words a command has, then the words, each ended by NUL, so that nothing has to be quoted. setpriv(1) keeps
 * a command from meaning a builtin, and ends it with this shell. What ends its output is a line with a number nobody can guess.
 */
const script = `mark=$1
while IFS= read -r -d '' count; do
  argv=()
  while ((count-- > 0)); do IFS= read -r -d '' word || exit; argv+=("$word"); done
  setpriv --pdeathsig=KILL -- "\${argv[@]}" </dev/null
  printf '\\n%s %s\\n' "$mark" "$?"
  printf '\\n%s\\n' "$mark" >&2
done`;

/** More than this at once start the slow way: they are few, and end. */
const most = 6;

export class Lanes {
  readonly #start: (argv: Argv) => ProcessHandle;
  readonly #onNone: () => void;
  readonly #idle: Lane[] = [];
  #count = 0;

  /** `onNone` is called when the last has ended: with the node, or because a command never came back. */
  constructor(start: (argv: Argv) => ProcessHandle, onNone: () => void) {
    this.#start = start;
    this.#onNone = onNone;
  }

  /** Null when all are busy. Else as `run` of platform/run.ts. */
  exec(argv: Argv, timeoutMs: number): Promise<ExecResult> | null {
    const lane = this.#idle.pop() ?? (this.#count < most ? this.#open() : null);
    return lane ? this.#use(lane, argv, timeoutMs) : null;
  }

  async #use(lane: Lane, argv: Argv, timeoutMs: number): Promise<ExecResult> {
    const result = await lane.run(argv, timeoutMs);
    if (!lane.ended) this.#idle.push(lane);
    return result;
  }

  #open(): Lane {
    const mark = randomBytes(12).toString('hex');
    const handle = this.#start(['bash', '--norc', '-c', script, '-', mark]);
    const lane = new Lane(handle, mark);
    this.#count += 1;
    void handle.ended.then(() => {
      this.#count -= 1;
      const at = this.#idle.indexOf(lane);
      if (at >= 0) this.#idle.splice(at, 1);
      if (this.#count === 0) this.#onNone();
    });
    return lane;
  }
}

class Lane {
  ended = false;
  readonly #handle: ProcessHandle;
  readonly #mark: string;
  #stdout = '';
  #stderr = '';
  #heard: () => void = () => undefined;

  constructor(handle: ProcessHandle, mark: string) {
    this.#handle = handle;
    this.#mark = mark;
    handle.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#heard();
    });
    handle.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#heard();
    });
    void handle.ended.then(() => {
      this.ended = true;
      this.#heard();
    });
  }

  /** Resolves with 137 when the node ends first; rejects with `timed-out`, and the lane is gone. */
  run(argv: Argv, timeoutMs: number): Promise<ExecResult> {
    this.#stdout = this.#stderr = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.ended = true;
        this.#handle.kill();
        reject(
          new LabFailure(
            'timed-out',
            `${argv[0]} did not answer within ${String(timeoutMs / 1000)} s`,
          ),
        );
      }, timeoutMs);
      this.#heard = () => {
        const result = this.#result();
        if (!result) return;
        clearTimeout(timer);
        this.#heard = () => undefined;
        resolve(result);
      };
      this.#handle.stdin.write(
        `${String(argv.length)}\0${argv.map((word) => `${word}\0`).join('')}`,
      );
    });
  }

  #result(): ExecResult | null {
    if (this.ended) return { code: 137, stdout: this.#stdout, stderr: this.#stderr };
    const end = `\n${this.#mark}\n`;
    const [all, code] = new RegExp(`\\n${this.#mark} (\\d+)\\n$`).exec(this.#stdout) ?? [];
    if (all === undefined || !this.#stderr.endsWith(end)) return null;
    return {
      code: Number(code),
      stdout: this.#stdout.slice(0, -all.length),
      stderr: this.#stderr.slice(0, -end.length),
    };
  }
}
