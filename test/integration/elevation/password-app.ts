/**
 * Asks for the permission as the app does, as an ordinary user with a password, uses it once and gives it back. Words: what is
 * typed in a terminal, what is typed in the desktop's dialog (`none`: there is no dialog; `later`: nobody answers it).
 * Prints a Report.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { toFailure } from '../../../main/contract/failure.ts';
import { run } from '../../../main/platform/run.ts';
import { Rights } from '../../../main/rules/elevation/rights.ts';
import { waysToRoot } from '../../../main/rules/elevation/ways.ts';

export interface Report {
  how: string;
  states: string[];
  code: string | null;
  /** The tables while the permission was there. */
  tables: string;
}

const [, , typed = '', dialog = 'none'] = process.argv;
const tmp = mkdtempSync('/tmp/rights-');
const typist = (password: string, log: string) =>
  ['python3', '/srv/typist.py', password, `/tmp/${log}`] as const;

const rights = new Rights({
  ways: () => waysToRoot({ helper: '/srv/helper/hoplab-helper' }),
  tmp,
  ask: (argv) => {
    const ended = run([...typist(typed, 'terminal'), ...argv], { timeoutMs: 60_000 });
    return Promise.resolve({ ended: ended.then(({ code }) => code), close: () => undefined });
  },
});
const report: Report = { how: '', states: [], code: null, tables: '' };
rights.onChange(() => report.states.push(rights.state));

/** The desktop's agent, for programs this process starts. */
async function agent(password: string): Promise<() => void> {
  const words = ['pkttyagent', '--notify-fd', '{ready}', '--process', String(process.pid)];
  const [program, ...rest] = [...typist(password, 'dialog'), ...words];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return () => child.kill();
}

async function asked(): Promise<void> {
  for await (const { filename } of watch('/tmp')) if (filename === 'dialog') return;
}

const leave = dialog === 'none' ? () => undefined : await agent(dialog === 'later' ? '' : dialog);
if (dialog === 'later') void asked().then(() => rights.cancel());
try {
  await rights.request();
  report.how = rights.how;
  await rights.apply('lab', 'rule', '00112233445566aa', {
    do: 'iptables-append',
    node: 'host',
    table: 'nat',
    chain: 'POSTROUTING',
    rule: '-o eth0 -j MASQUERADE',
  });
  report.tables = await rights.read('iptables-save');
} catch (error) {
  report.code = toFailure(error).code;
}
await rights.end();
leave();
console.log(JSON.stringify(report));
process.exit();
