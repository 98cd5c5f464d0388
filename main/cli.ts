/** `hoplab <verb>`: the command line over the same core as the window. */
import { bench } from './commands/bench.ts';
import { doctor } from './commands/doctor.ts';
import { exec } from './commands/exec.ts';
import { lint } from './commands/lint.ts';
import { newLabCommand } from './commands/new.ts';
import { parity } from './commands/parity.ts';
import { proveCommand } from './commands/prove.ts';
import { undoAll } from './commands/undo-all.ts';
import type { Verb } from './commands/verb.ts';
import { toFailure } from './contract/failure.ts';

const verbs: Record<string, Verb> = {
  lint,
  prove: proveCommand,
  exec,
  new: newLabCommand,
  doctor,
  parity,
  bench,
  'undo-all': undoAll,
};

function usage(): string {
  const lines = Object.values(verbs).map(
    (verb) => `  hoplab ${verb.usage.padEnd(48)} ${verb.about}`,
  );
  return ['usage:', ...lines].join('\n');
}

async function main(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2);
  if (name === '' || name === '--help' || name === '-h' || name === 'help') {
    console.log(usage());
    return name === '' ? 2 : 0;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) {
    console.error(`hoplab: no verb ${name}\n${usage()}`);
    return 2;
  }
  try {
    return await verb.run(args);
  } catch (error) {
    const failure = toFailure(error);
    console.error(`hoplab ${name}: ${failure.message}`);
    if (failure.hint) console.error(failure.hint);
    if (failure.detail) console.error(failure.detail);
    if (failure.code === 'internal' && error instanceof Error) console.error(error.stack);
    return 1;
  }
}

void main().then((status) => {
  process.exitCode = status;
  // A pty's file descriptor may keep the loop alive a little; nothing is left to do.
  setTimeout(() => process.exit(status), 100).unref();
});
