/**
 * The only place that starts processes. argv arrays, never a shell; every process has an end: a timeout,
 * a signal to cancel, or a handle somebody holds.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { LabFailure } from '../contract/failure.ts';

export type { ChildProcess };

export type Argv = readonly [string, ...string[]];

export interface RunOptions {
  /** Written to standard input, which is then closed. */
  input?: string | Buffer;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  signal?: AbortSignal;
  /** Default 20 000. The process is killed and the call rejects with `timed-out`. */
  timeoutMs?: number;
  /** Characters kept of each stream; the rest is dropped. Default 8 million. */
  limit?: number;
}

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs argv to its end. Resolves with the exit code whatever it is (a signal's death is 128 + number, as in
 * a shell); rejects with `LabFailure` when the program cannot be started, times out or is cancelled.
 */
export function run(argv: Argv, options: RunOptions = {}): Promise<ExecResult> {
  const { input, env, cwd, signal, timeoutMs = 20_000, limit = 8_000_000 } = options;
  return new Promise((resolve, reject) => {
    const child = start(argv, { ...(env && { env }), ...(cwd && { cwd }), stdio: 'pipe' });
    const out: string[] = [];
    const err: string[] = [];
    underWay.add(child);
    let ended: LabFailure | null = null;
    const stop = (failure: LabFailure) => {
      ended = failure;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => {
      stop(
        new LabFailure(
          'timed-out',
          `${argv[0]} did not answer within ${String(timeoutMs / 1000)} s`,
        ),
      );
    }, timeoutMs);
    const onAbort = () => {
      stop(new LabFailure('cancelled', 'Cancelled.'));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    keep(child, 'stdout', out, limit);
    keep(child, 'stderr', err, limit);
    child.on('error', (error) => {
      ended ??= new LabFailure('tool-missing', `${argv[0]} cannot be started: ${error.message}`);
    });
    child.on('close', (code, died) => {
      underWay.delete(child);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (ended) reject(ended);
      else
        resolve({
          code: code ?? 128 + (died === 'SIGKILL' ? 9 : 15),
          stdout: out.join(''),
          stderr: err.join(''),
        });
    });
    // A program that closes its input early is its own affair; its exit code tells.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/**
 * Bounded calls under way. They end with the app: one that hangs would otherwise outlive it, and keep open what it was given.
 */
const underWay = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of underWay) child.kill('SIGKILL');
});

/** Starts a process that lives on; the caller ends it. */
export function start(argv: Argv, options: SpawnOptions = {}): ChildProcess {
  return spawn(argv[0], argv.slice(1), { ...options, shell: false });
}

function keep(child: ChildProcess, name: 'stdout' | 'stderr', into: string[], limit: number): void {
  let kept = 0;
  child[name]?.setEncoding('utf8').on('data', (text: string) => {
    if (kept < limit) into.push(text.slice(0, limit - kept));
    kept += text.length;
  });
}
