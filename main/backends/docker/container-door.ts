/**
 * `docker exec` typed on the lab's host. The host may not enter other containers; the app may. So the program runs in the
 * container, on a terminal of its own there, and its bytes come to a socket on the host, where the learner's terminal
 * picks them up.
 */
import type { Container, ContainerDoor } from '../../world/container-engine.ts';
import { quote } from '../../world/shell-script.ts';
import type { World } from '../../world/world.ts';
import type { ProcessHandle } from '../../transports/transport.ts';

/** In the learner's terminal: the bytes, then the exit status. */
const pickUp = 'socat "$1" "UNIX-CONNECT:$2"; exit "$(cat "$3" 2>/dev/null || echo 1)"';

export class DockerDoor implements ContainerDoor {
  private count = 0;

  constructor(
    private readonly world: World,
    private readonly spawn: (node: string, argv: readonly [string, ...string[]]) => ProcessHandle,
  ) {}

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async exec(item: Container, command: readonly string[], terminal: boolean): Promise<string[]> {
    this.count += 1;
    const socket = `/run/hoplab/exec.${String(this.count)}.sock`;
    const inside = terminal
      ? ['script', '-qefc', command.map(quote).join(' '), '/dev/null']
      : command;
    const program = this.spawn(item.node, ['env', 'HOME=/root', 'TERM=xterm-256color', ...inside]);
    const listen = `UNIX-LISTEN:${socket},mode=666,unlink-early`;
    const listener = this.spawn(this.world.host, ['socat', '-t1', '-', listen]);
    listener.stdout.pipe(program.stdin);
    program.stdout.pipe(listener.stdin, { end: false });
    program.stderr.pipe(listener.stdin, { end: false });
    const status = `${socket}.status`;
    void program.ended
      .then((code) => this.world.loader.inNode(this.world.host, `echo ${String(code)} >${status}`))
      .finally(() => listener.stdin.end());
    void listener.ended.then(() => {
      program.kill();
    });
    await this.world.loader.inNode(
      this.world.host,
      `for ((n = 0; n < 200; n++)); do [[ -S ${socket} ]] && exit 0; sleep 0.01; done; exit 1`,
    );
    return ['bash', '-c', pickUp, '-', terminal ? '-,raw,echo=0' : '-', socket, status];
  }
}
