/**
 * VBoxManage of the tests: answers in the recorded forms, and what it starts is a real machine. Bundled into one file, since Vagrant calls it
 * a hundred times for one `up`.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createvm, importBox, snapshot, unregistervm } from './appliance.ts';
import { controlvm, modifyvm, startvm } from './change.ts';
import { moduleWarning, readFaults, type Faults } from './faults.ts';
import { dhcpserver, hostonlyif } from './host-only.ts';
import { list } from './list.ts';
import { reconcile } from './machine.ts';
import { Problem, Reply, problems } from './reply.ts';
import { guestproperty, showvminfo } from './show.ts';
import { folder, load, lock, save, settings, unlock, type State, type Vm } from './state.ts';
import { usage } from './usage.ts';
import { tidy } from './wires.ts';

const versionWords = ['--version', '-V', '-v', '-version'];
/** Commands that take a machine as their first word. */
const onMachine = ['showvminfo', 'modifyvm', 'controlvm', 'startvm', 'unregistervm', 'snapshot'];

async function answer(state: State, args: string[], faults: Faults, reply: Reply): Promise<number> {
  const [verb = '', ...words] = args;
  switch (verb) {
    case 'list':
      return list(state, words, reply);
    case 'import':
      return importBox(state, words, reply);
    case 'createvm':
      return createvm(state, words, reply);
    case 'hostonlyif':
      return hostonlyif(state, words, faults, reply);
    case 'dhcpserver':
      return dhcpserver(state, words);
    case 'guestproperty':
      return guestproperty(machine(state, words[1] ?? ''), words, reply);
    case 'closemedium':
    case 'sharedfolder':
    case 'setextradata':
    case 'setproperty':
    case 'storageattach':
      return 0;
    default:
  }
  if (!onMachine.includes(verb)) return usage(reply, `Invalid command '${verb}'`);
  const asked = words.find((word) => !word.startsWith('--')) ?? '';
  const vm = machine(state, asked);
  const rest = words.filter((word) => word !== asked);
  if (['modifyvm', 'startvm'].includes(verb) && faults.findsLocked())
    throw problems.locked(vm.name);
  switch (verb) {
    case 'showvminfo':
      return showvminfo(vm, rest, reply);
    case 'modifyvm':
      return modifyvm(state, vm, rest, reply);
    case 'controlvm':
      return controlvm(state, vm, rest, reply);
    case 'startvm':
      return startvm(state, vm, asked, faults, reply);
    case 'unregistervm':
      return unregistervm(state, vm, rest, reply);
    default:
      return snapshot(vm, rest, reply);
  }
}

function machine(state: State, name: string): Vm {
  const found = state.vms.find((vm) => vm.name === name || vm.uuid === name.replace(/[{}]/g, ''));
  if (!found) throw problems.machineNotFound(name);
  return found;
}

/** Whether the caller asks for another language than the plain one. */
const speaksPlain = (): boolean =>
  /^(C|POSIX|en_)/.test(
    process.env['LC_ALL'] ?? process.env['LC_MESSAGES'] ?? process.env['LANG'] ?? 'C',
  );

async function run(args: string[]): Promise<number> {
  const faults = readFaults();
  const [verb = ''] = args;
  appendFileSync(join(folder, 'calls.log'), `${JSON.stringify(args)}\n`);
  if (faults.hits('hang', verb)) await forever();
  const german = faults.has('german');
  const reply = new Reply(german, german && !speaksPlain());
  if (faults.hits('empty', verb)) return 0;
  if (versionWords.includes(verb)) {
    if (faults.has('modules-missing')) reply.line(moduleWarning);
    reply.line(settings().version);
    reply.flush();
    return 0;
  }
  const quiet = lyingAbout(verb, faults);
  if (quiet) {
    reply.fail(quiet);
    reply.flush();
    return 0;
  }
  let code: number;
  lock();
  try {
    const state = load();
    reconcile(state);
    try {
      code = await answer(state, args, faults, reply);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      code = reply.fail(error);
    }
    tidy(state);
    save(state);
  } finally {
    unlock();
  }
  reply.flush();
  return code;
}

/** Errors have come with the exit code of success: by themselves, or because the network driver is missing. */
function lyingAbout(verb: string, faults: Faults): Problem | null {
  if (verb === 'modifyvm' && faults.hits('error-with-rc-0', verb))
    return new Problem('The object is not ready', 'Das Objekt ist nicht bereit');
  if (verb === 'list' && faults.has('error-with-rc-0:list')) return problems.noNetDriver();
  return null;
}

/** A timer keeps the process; SIGTERM ends it, as it cancels VBoxManage. */
const forever = (): Promise<never> =>
  new Promise(() => {
    setInterval(() => undefined, 60_000);
  });

process.exitCode = await run(process.argv.slice(2));
// A socket or a pipe that is still open does not keep it.
process.exit();
