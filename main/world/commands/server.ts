/** Answers `vagrant`, `docker` and `vboxmanage` of the host's terminals, over the relay inside the host. */
import { createInterface } from 'node:readline';
import { toFailure } from '../../contract/failure.ts';
import type { ProcessHandle } from '../../transports/transport.ts';
import { commandLine } from '../shell-script.ts';
import type { Command, Reply, Request } from './answer.ts';
import { docker } from './docker.ts';
import type { Machinery } from './machinery.ts';
import { vagrant } from './vagrant.ts';
import { vboxmanage } from './vboxmanage.ts';

/** Listens until the relay ends, which it does with the lab. */
export function serveCommands(machinery: Machinery, relay: ProcessHandle): void {
  const programs: Record<string, Command> = {
    vagrant: vagrant(machinery),
    docker: docker(machinery),
    vboxmanage: vboxmanage(machinery),
    VBoxManage: vboxmanage(machinery),
  };
  const running = new Map<string, AbortController>();
  createInterface({ input: relay.stdout }).on('line', (line) => {
    const [, word, id = '', body = ''] =
      /^(ask|cancel) ([0-9.]{1,30})(?: ([A-Za-z0-9+/=]*))?$/.exec(line) ?? [];
    if (word === 'cancel') running.get(id)?.abort();
    if (word !== 'ask') return;
    const cancel = new AbortController();
    running.set(id, cancel);
    void answer(body, programs, cancel.signal, (text) => {
      const bytes = Buffer.from(text, 'utf8');
      relay.stdin.write(Buffer.concat([Buffer.from(`${id} ${String(bytes.length)}\n`), bytes]));
    }).finally(() => running.delete(id));
  });
}

/** Never rejects: what goes wrong is said to who typed the command. */
async function answer(
  body: string,
  programs: Record<string, Command>,
  signal: AbortSignal,
  send: (text: string) => void,
): Promise<void> {
  const write = (mark: string, line: string): void => {
    send(`${mark}${line.replaceAll('\n', ' ')}\n`);
  };
  const reply: Reply = {
    out: (line) => {
      write('1', line);
    },
    error: (line) => {
      write('2', line);
    },
    ask: (prompt) => {
      write('?', prompt);
    },
    become: (argv) => {
      write('x', commandLine(argv));
    },
  };
  let status = 1;
  try {
    const request = parseRequest(body);
    status = (await programs[request.program]?.(request, reply, signal)) ?? 127;
  } catch (error) {
    const failure = toFailure(error);
    reply.error(failure.message);
    if (failure.hint) reply.error(failure.hint);
    if (failure.detail)
      for (const line of failure.detail.trim().split('\n').slice(-5)) reply.error(line);
  }
  write('e', String(status));
}

function parseRequest(body: string): Request {
  const words = Buffer.from(body, 'base64').toString('utf8').split('\0').slice(0, -1);
  const [program = '', folder = '/', user = '', reply = '', ...args] = words;
  return { program, folder, user, args, reply: reply.startsWith('a') ? reply.slice(1) : null };
}
