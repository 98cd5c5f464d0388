/** `docker` of the lab: starts, shows and ends the lab's containers, in the words of Docker 28. */
import { LabFailure } from '../../contract/failure.ts';
import { addressIn, hostDeviceOf, interfacesOf, prefixOf } from '../plan.ts';
import type { Container, PublishedPort } from '../container-engine.ts';
import { each, unknown, type Command, type Reply } from './answer.ts';
import { inspect, psTable, template, type ContainerFacts } from './docker-text.ts';
import type { Machinery } from './machinery.ts';

const knows =
  'run -d [--rm] [--name NAME] [-p [ADDRESS:]PORT:PORT] IMAGE, ps [-a] [-q], inspect [-f TEMPLATE] NAME…, stop NAME…, rm [-f] NAME…, exec [-it] NAME COMMAND…';

export function docker(machinery: Machinery): Command {
  return async (request, reply) => {
    const [first = '', ...others] = request.args;
    const [verb, rest] =
      first === 'container' ? [others[0] ?? '', others.slice(1)] : [first, others];
    try {
      switch (verb) {
        case '--version':
        case '-v':
          reply.out('Docker version 28.5.2, build hoplab (Hoplab)');
          return 0;
        case 'run':
          return await runContainer(machinery, reply, rest);
        case 'ps':
        case 'ls':
          return ps(machinery, reply, rest);
        case 'inspect':
          return inspectAll(machinery, reply, rest);
        case 'stop':
        case 'kill':
          return await forEach(
            machinery,
            reply,
            rest.filter((word) => !word.startsWith('-')),
            (item) => machinery.containers.stop(item),
          );
        case 'rm':
          return await remove(machinery, reply, rest);
        case 'exec':
          return await exec(machinery, reply, rest);
        default:
          return unknown(reply, 'docker', knows);
      }
    } catch (error) {
      if (!(error instanceof LabFailure)) throw error;
      each(`docker: Error response from daemon: ${error.message}`, reply.error);
      if (error.detail) each(error.detail, reply.error);
      return 125;
    }
  };
}

interface RunOptions {
  image: string;
  name: string;
  remove: boolean;
  detached: boolean;
  ports: PublishedPort[];
}

/** Reads the flags of `docker run`; null when there is one the lab's docker does not know. */
export function parseRun(args: string[]): RunOptions | null {
  const options: RunOptions = { image: '', name: '', remove: false, detached: false, ports: [] };
  const words = [...args];
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const [flag = '', inline] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
    const value = (): string => inline ?? words.shift() ?? '';
    if (flag === '-d' || flag === '--detach') options.detached = true;
    else if (flag === '--rm') options.remove = true;
    else if (flag === '--name') options.name = value();
    else if (flag === '-p' || flag === '--publish') {
      const port = parsePort(value());
      if (!port) return null;
      options.ports.push(port);
    } else if (flag.startsWith('-')) return null;
    else {
      options.image = flag;
      break;
    }
  }
  if (words.length > 0 || !options.image) return null;
  if (options.name && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,60}$/.test(options.name)) return null;
  return options;
}

/** [address:]host:container[/tcp] */
function parsePort(text: string): PublishedPort | null {
  const match = /^(?:(\d{1,3}(?:\.\d{1,3}){3}):)?(\d{1,5}):(\d{1,5})(?:\/tcp)?$/.exec(text);
  if (!match) return null;
  const [hostPort, containerPort] = [Number(match[2]), Number(match[3])];
  if (![hostPort, containerPort].every((port) => port >= 1 && port <= 65535)) return null;
  return { hostAddress: match[1] ?? '0.0.0.0', hostPort, containerPort };
}

async function runContainer(
  { containers }: Machinery,
  reply: Reply,
  args: string[],
): Promise<number> {
  const options = parseRun(args);
  if (!options) return unknown(reply, 'docker', knows);
  if (!options.detached) {
    reply.error("this lab's docker runs containers in the background only: add -d");
    return 2;
  }
  const taken = options.name
    ? containers.list().find((item) => item.name === options.name)
    : undefined;
  if (taken) {
    reply.error(
      `docker: Error response from daemon: Conflict. The container name "/${options.name}" is already in use by container "${taken.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
    return 125;
  }
  if (!containers.nodeFor(options.image)) {
    reply.error(`Unable to find image '${options.image}' locally`);
    reply.error(
      `docker: Error response from daemon: pull access denied for ${options.image}: this lab has only the images of the lab.`,
    );
    return 125;
  }
  const node = containers.nodeFor(options.image)?.node ?? '';
  const item = await containers.start({ ...options, name: options.name || `${node}_lab` });
  reply.out(item.id);
  return 0;
}

function factsOf({ world, containers }: Machinery, item: Container): ContainerFacts {
  const [card] = interfacesOf(world.lab, item.node);
  const network = card && world.lab.networks[card.network];
  const running = containers.isRunning(item);
  return {
    id: item.id,
    name: item.name,
    image: item.image,
    created: item.created,
    started: item.started,
    running,
    // The process as the host numbers it cannot be told from inside the lab; 0 means "not running".
    pid: running ? 1 : 0,
    ports: item.ports,
    address: running ? (card?.cidr?.split('/')[0] ?? '') : '',
    prefix: prefixOf(network?.subnet ?? '0.0.0.0/0'),
    gateway:
      running && card
        ? (hostDeviceOf(world.lab, card.network)?.cidr?.split('/')[0] ??
          addressIn(network?.subnet ?? '', 1))
        : '',
    mac: running ? (card?.mac ?? '') : '',
  };
}

function ps(machinery: Machinery, reply: Reply, args: string[]): number {
  if (args.some((word) => !['-a', '--all', '-q', '--quiet', '-aq', '-qa'].includes(word)))
    return unknown(reply, 'docker', knows);
  const all = args.some((word) => word.includes('a') && word !== '--quiet');
  const quiet = args.some((word) => word.includes('q'));
  const shown = machinery.containers
    .list()
    .map((item) => factsOf(machinery, item))
    .filter((facts) => all || facts.running);
  for (const line of quiet
    ? shown.map((facts) => facts.id.slice(0, 12))
    : psTable(shown, new Date()))
    reply.out(line);
  return 0;
}

function inspectAll(machinery: Machinery, reply: Reply, args: string[]): number {
  const at = args.findIndex((word) => /^(-f|--format)(=|$)/.test(word));
  const flag = at >= 0 ? (args[at] ?? '') : '';
  const format = flag.includes('=')
    ? flag.slice(flag.indexOf('=') + 1)
    : at >= 0
      ? args[at + 1]
      : undefined;
  const names = args.filter(
    (_, index) => index !== at && (at < 0 || flag.includes('=') || index !== at + 1),
  );
  if (names.length === 0 || names.some((name) => name.startsWith('-')))
    return unknown(reply, 'docker', knows);
  const found = names.map((name) => ({ name, item: machinery.containers.find(name) }));
  const results = found.flatMap(({ item }) => (item ? [inspect(factsOf(machinery, item))] : []));
  if (format === undefined) each(JSON.stringify(results, null, 4), reply.out);
  else {
    for (const result of results) {
      const text = template(format, result);
      if (text === null)
        return unknown(
          reply,
          'docker',
          `${knows}; templates: {{.A.B}}, {{json .A}}, {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}`,
        );
      each(text, reply.out);
    }
  }
  const missing = found.filter(({ item }) => !item);
  for (const { name } of missing) reply.error(`Error: No such object: ${name}`);
  return missing.length > 0 ? 1 : 0;
}

async function forEach(
  { containers }: Machinery,
  reply: Reply,
  names: string[],
  act: (item: Container) => Promise<void>,
): Promise<number> {
  if (names.length === 0) return unknown(reply, 'docker', knows);
  let status = 0;
  for (const name of names) {
    const item = containers.find(name);
    if (!item) {
      reply.error(`Error response from daemon: No such container: ${name}`);
      status = 1;
      continue;
    }
    await act(item);
    reply.out(name);
  }
  return status;
}

function remove(machinery: Machinery, reply: Reply, args: string[]): Promise<number> {
  const force = args.includes('-f') || args.includes('--force');
  return forEach(
    machinery,
    reply,
    args.filter((word) => !word.startsWith('-')),
    async (item) => {
      if (machinery.containers.isRunning(item) && !force) {
        throw new LabFailure(
          'busy',
          `cannot remove container "/${item.name}": container is running: stop the container before removing or force remove`,
        );
      }
      await machinery.containers.remove(item);
    },
  );
}

/** A program in the container, in the host's own terminal, so that -it is a real terminal. */
async function exec({ containers }: Machinery, reply: Reply, args: string[]): Promise<number> {
  const words = [...args];
  let terminal = false;
  while (/^(-[it]+|--interactive|--tty)$/.test(words[0] ?? ''))
    terminal = /^-[^-]*t|^--tty/.test(words.shift() ?? '') || terminal;
  const [name = '', ...command] = words;
  const item = containers.find(name);
  if (!item) {
    reply.error(`Error response from daemon: No such container: ${name}`);
    return 1;
  }
  if (!containers.isRunning(item)) {
    reply.error(`Error response from daemon: container ${item.id} is not running`);
    return 1;
  }
  if (command.length === 0 || name.startsWith('-')) return unknown(reply, 'docker', knows);
  reply.become(await containers.door.exec(item, command, terminal));
  return 0;
}
