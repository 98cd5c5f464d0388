/** `vagrant` of the lab: acts on the folder it is called in and answers as Vagrant 2.4 does. */
import type { Lab } from '../../contract/lab.ts';
import type { Machine } from '../hypervisor.ts';
import { each, unknown, type Command, type Reply, type Request } from './answer.ts';
import type { Machinery } from './machinery.ts';
import * as text from './vagrant-text.ts';

const knows = 'up, halt, destroy [-f], status, ssh [-c COMMAND], ssh-config, port, global-status';
const boolean = new Set([
  '-f',
  '--force',
  '--machine-readable',
  '--no-provision',
  '--no-color',
  '-h',
  '--help',
  '-v',
  '--version',
]);

export function vagrant(machinery: Machinery): Command {
  return async (request, reply, signal) => {
    const machineReadable = request.args.includes('--machine-readable');
    const [verb = '', ...rest] = request.args.filter(
      (word) => word !== '--machine-readable' && word !== '--no-color',
    );
    if (verb === '--version' || verb === '-v' || verb === 'version') {
      reply.out('Vagrant 2.4.9 (Hoplab)');
      return 0;
    }
    if (verb === 'global-status') return globalStatus(machinery, reply);
    if (!['up', 'halt', 'destroy', 'status', 'ssh', 'ssh-config', 'port'].includes(verb))
      return unknown(reply, 'vagrant', knows);
    const lab = labAt(machinery, request);
    if (!lab) {
      each(text.noEnvironment, reply.error);
      return 1;
    }
    const flags = rest.filter(
      (word) => word.startsWith('-') && word !== '-c' && word !== '--command',
    );
    if (flags.some((flag) => !boolean.has(flag))) return unknown(reply, 'vagrant', knows);
    const names = namesIn(rest);
    const all = machinery.machines.machinesOf(lab);
    const wrong = names.find((name) => !all.includes(name));
    if (wrong !== undefined) {
      each(text.machineNotFound(wrong), reply.error);
      return 1;
    }
    const chosen = names.length > 0 ? names : all;
    const context = { machinery, lab, reply, request, signal, machineReadable };
    switch (verb) {
      case 'up':
        return up(context, chosen);
      case 'halt':
        return halt(context, chosen);
      case 'destroy':
        return destroy(
          context,
          chosen,
          flags.some((flag) => flag === '-f' || flag === '--force'),
        );
      case 'status':
        return status(context, chosen);
      case 'port':
        return port(context, chosen);
      case 'ssh-config':
        return sshConfig(context, chosen);
      default:
        return ssh(context, chosen, rest);
    }
  };
}

interface Context {
  machinery: Machinery;
  lab: Lab;
  reply: Reply;
  request: Request;
  signal: AbortSignal;
  machineReadable: boolean;
}

/** The lab whose folder this is, or lies below. */
function labAt({ world }: Machinery, request: Request): Lab | undefined {
  const user = world.lab.nodes[world.host]?.user ?? 'root';
  const home = user === 'root' ? '/root' : `/home/${user}`;
  return world.around.siblings.find((lab) => {
    const folder = `${home}/${lab.folder}`;
    return request.folder === folder || request.folder.startsWith(`${folder}/`);
  });
}

function namesIn(words: string[]): string[] {
  const names: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '-c' || word === '--command') index += 1;
    else if (word === '--') break;
    else if (!word.startsWith('-')) names.push(word);
  }
  return names;
}

async function up({ machinery, lab, reply, signal }: Context, names: string[]): Promise<number> {
  const { machines } = machinery;
  for (const name of names)
    reply.out(`Bringing machine '${name}' up with 'virtualbox' provider...`);
  for (const name of names) {
    const before = machines.of(lab, name);
    if (before && machines.isRunning(before)) {
      reply.out(
        `==> ${name}: Machine already provisioned. Run \`vagrant provision\` or use the \`--provision\``,
      );
      continue;
    }
    const spec = lab.nodes[name];
    if (spec?.kind !== 'machine') continue;
    for (const line of text.beforeBoot(lab, name, spec, before === undefined)) reply.out(line);
    const started = machines.up(lab, name, {
      signal,
      progress: () => undefined,
      log: () => undefined,
    });
    const machine = await started;
    if (signal.aborted) {
      await machines.halt(name);
      return 1;
    }
    for (const line of text.afterBoot(machine)) reply.out(line);
  }
  return 0;
}

async function halt({ machinery, lab, reply }: Context, names: string[]): Promise<number> {
  for (const name of names) {
    const machine = machinery.machines.of(lab, name);
    if (!machine) reply.out(`==> ${name}: VM not created. Moving on...`);
    else if (machinery.machines.isRunning(machine)) {
      reply.out(`==> ${name}: Attempting graceful shutdown of VM...`);
      await machinery.machines.halt(name);
    }
  }
  return 0;
}

async function destroy(
  { machinery, lab, reply, request }: Context,
  names: string[],
  force: boolean,
): Promise<number> {
  const existing = names.flatMap((name) => machinery.machines.of(lab, name) ?? []);
  for (const name of names)
    if (!existing.some((machine) => machine.node === name))
      reply.out(`==> ${name}: VM not created. Moving on...`);
  for (const machine of existing.reverse()) {
    if (!force && request.reply === null) {
      reply.ask(
        `    ${machine.node}: Are you sure you want to destroy the '${machine.node}' VM? [y/N] `,
      );
      return 1;
    }
    if (!force && !/^y(es)?$/i.test(request.reply ?? '')) {
      reply.out(
        `==> ${machine.node}: The VM '${machine.node}' will not be destroyed, since the confirmation`,
      );
      reply.out(`==> ${machine.node}: was declined.`);
      return 1;
    }
    if (machinery.machines.isRunning(machine))
      reply.out(`==> ${machine.node}: Forcing shutdown of VM...`);
    reply.out(`==> ${machine.node}: Destroying VM and associated drives...`);
    await machinery.machines.destroy(machine);
  }
  return 0;
}

function stateOf(
  { machinery, lab }: Context,
  name: string,
): 'running' | 'poweroff' | 'not_created' {
  const machine = machinery.machines.of(lab, name);
  if (!machine) return 'not_created';
  return machinery.machines.isRunning(machine) ? 'running' : 'poweroff';
}

function status(context: Context, names: string[]): number {
  const states = names.map((name) => ({ name, state: stateOf(context, name) }));
  const lines = context.machineReadable
    ? text.machineReadableStatus(states, Math.floor(Date.now() / 1000))
    : text.status(states);
  for (const line of lines) context.reply.out(line);
  return 0;
}

/** A running machine with a port forward to its sshd; says what is wrong otherwise. */
function reachable(context: Context, names: string[]): { machine: Machine; port: number } | null {
  const [name = ''] = names;
  const machine = context.machinery.machines.of(context.lab, name);
  if (!machine || !context.machinery.machines.isRunning(machine)) {
    each(machine ? text.notRunning : text.notCreated, context.reply.error);
    return null;
  }
  const port = machine.forwards.find((rule) => rule.guestPort === 22)?.hostPort ?? 2222;
  return { machine, port };
}

function sshConfig(context: Context, names: string[]): number {
  const found = reachable(context, names);
  if (!found) return 1;
  const key = `${context.machinery.machines.keyFolder(found.machine)}/virtualbox/private_key`;
  each(
    text.sshConfig(found.machine.node, found.machine.spec.user ?? 'vagrant', found.port, key),
    context.reply.out,
  );
  return 0;
}

function ssh(context: Context, names: string[], words: string[]): number {
  const found = reachable(context, names);
  if (!found) return 1;
  const { machinery, reply } = context;
  if (!machinery.world.around.ranged || !machinery.world.around.daemons.sshd) {
    reply.error('Nobody can log in over ssh in this lab: it has only one user id, or no sshd.');
    reply.error('Health names what is missing. The terminal of the machine works without it.');
    return 1;
  }
  const key = `${machinery.machines.keyFolder(found.machine)}/virtualbox/private_key`;
  const index = words.findIndex((word) => word === '-c' || word === '--command');
  const command = index >= 0 ? words[index + 1] : undefined;
  const options = [
    'LogLevel=FATAL',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'PasswordAuthentication=no',
  ];
  reply.become([
    'ssh',
    `${found.machine.spec.user ?? 'vagrant'}@127.0.0.1`,
    '-p',
    String(found.port),
    ...options.flatMap((option) => ['-o', option]),
    '-i',
    key,
    ...(command === undefined ? [] : ['-t', command]),
  ]);
  return 0;
}

async function port(context: Context, names: string[]): Promise<number> {
  const found = reachable(context, names);
  if (!found) return 1;
  const open = await context.machinery.machines.openPorts(found.machine);
  each(text.portIntro, context.reply.out);
  for (const entry of open)
    context.reply.out(`    ${String(entry.guestPort)} (guest) => ${String(entry.hostPort)} (host)`);
  return 0;
}

function globalStatus({ machines }: Machinery, reply: Reply): number {
  const rows = machines.list().map((machine) => ({
    id: machine.uuid.slice(0, 7),
    name: machine.node,
    state: machines.isRunning(machine) ? 'running' : 'poweroff',
    folder: machines.keyFolder(machine).replace(/\/\.vagrant.*/, ''),
  }));
  for (const line of text.globalStatus(rows)) reply.out(line);
  return 0;
}
