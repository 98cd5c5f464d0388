/**
 * Reaches a node that is a container, by `docker exec`. What Docker starts there goes on when its client ends, so
 * everything here says its number first, and is ended by that.
 */
import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { LabFailure } from '../contract/failure.ts';
import { run } from '../platform/run.ts';
import { EnteredTransport, hold, type EnteredNode } from './entered.ts';
import type { Argv, ExecOptions, ExecResult, ProcessHandle, ShellSpec } from './transport.ts';

export interface ContainerPlace extends EnteredNode {
  /** Name of the node's container; null while the node is down. */
  container(): string | null;
  /** `docker`, and what makes it speak to the right engine. */
  docker: readonly [string, ...string[]];
  env: Record<string, string>;
}

/** Its number, then the program. */
const numbered = (argv: Argv): Argv => [
  '/bin/sh',
  '-c',
  'printf "%s\\n" $$; exec "$@"',
  '-',
  ...argv,
];

/**
 * Runs a terminal's client with a companion that has its stdin open as long as the client lives: when the terminal is
 * closed, the companion's end in the container kills what ran there.
 */
const heldTerminal = `exec 4<&0 5>&1
count=$1; shift; companion=("\${@:1:count}"); shift "$count"
exec "$@" <&4 >&5 2>&5 4<&- 5>&- 3> >(trap '' HUP INT QUIT TERM; exec "\${companion[@]}" >/dev/null 2>&1)`;

/** In the container: kills the session of the shell that left its number, once stdin ends. */
const endSession = `while read -r _; do :; done
leader=$(cat "$1") && rm -f "$1" && pkill -HUP -s "$leader" && sleep 0.5 && pkill -KILL -s "$leader"`;

export class DockerExecTransport extends EnteredTransport {
  protected readonly road = 'docker exec';

  constructor(protected override readonly node: ContainerPlace) {
    super(node);
  }

  protected instance(): string | null {
    return this.node.container();
  }

  protected enter(argv: Argv, terminal = false): Argv {
    return [...this.node.docker, 'exec', terminal ? '-it' : '-i', this.running, ...argv];
  }

  protected override environment(): Record<string, string> {
    return this.node.env;
  }

  protected spawnAs(argv: Argv, as: 'root' | 'user'): ProcessHandle {
    const container = this.running;
    const command = as === 'user' ? this.asUser(numbered(argv)) : this.asRoot(numbered(argv));
    const client = hold(command, this.environment());
    const stdout = new PassThrough();
    let number: string | null = null;
    let killed = false;
    let over = false;
    const endThere = (): void => {
      if (number === null || over) return;
      const kill: Argv = [...this.node.docker, 'exec', container, 'kill', '-9', number];
      void run(kill, { env: this.environment() }).catch(() => undefined);
    };
    let first = Buffer.alloc(0);
    const onFirst = (data: Buffer): void => {
      first = Buffer.concat([first, data]);
      const at = first.indexOf('\n');
      if (at < 0) return;
      number = first.subarray(0, at).toString('latin1');
      client.stdout.off('data', onFirst);
      stdout.write(first.subarray(at + 1));
      client.stdout.pipe(stdout);
      if (!killed) return;
      endThere();
      client.kill();
    };
    client.stdout.on('data', onFirst).once('end', () => stdout.end());
    void client.ended.then(() => {
      over = !killed;
    });
    return {
      stdin: client.stdin,
      stdout,
      stderr: client.stderr,
      ended: client.ended,
      kill: () => {
        if (over || killed) return;
        killed = true;
        // Not before its number is known: nothing could end it then.
        if (number === null) return;
        endThere();
        client.kill();
      },
    };
  }

  protected override execSlowly(argv: Argv, options: ExecOptions): Promise<ExecResult> {
    return collect(argv, this.spawnAs(argv, options.as ?? 'root'), options);
  }

  override terminal(argv: Argv, title: string, path: string, folder?: string): ShellSpec {
    if (process.platform === 'win32') return super.terminal(argv, title, path, folder);
    const file = `/tmp/.terminal-${randomBytes(6).toString('hex')}`;
    const leave: Argv = ['/bin/sh', '-c', 'echo $$ >"$0"; exec "$@"', file, ...argv];
    const spec = super.terminal(leave, title, path, folder);
    const companion = this.enter(['/bin/bash', '-c', endSession, '-', file]);
    return {
      ...spec,
      argv: [
        '/bin/bash',
        '-c',
        heldTerminal,
        '-',
        String(companion.length),
        ...companion,
        ...spec.argv,
      ],
    };
  }
}

/** As `run` of platform/run.ts, over a handle. */
function collect(argv: Argv, handle: ProcessHandle, options: ExecOptions): Promise<ExecResult> {
  const { input = '', signal, timeoutMs = 20_000 } = options;
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    handle.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    handle.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const stop = (failure: LabFailure): void => {
      clearTimeout(timer);
      handle.kill();
      reject(failure);
    };
    const timer = setTimeout(() => {
      stop(
        new LabFailure(
          'timed-out',
          `${argv[0]} did not answer within ${String(timeoutMs / 1000)} s`,
        ),
      );
    }, timeoutMs);
    const onAbort = (): void => {
      stop(new LabFailure('cancelled', 'Cancelled.'));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    handle.stdin.end(input);
    void handle.ended.then((code) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve({ code, stdout, stderr });
    });
  });
}
