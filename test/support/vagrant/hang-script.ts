/**
 * Runs inside the computer, bundled: a lab whose VBoxManage stops to answer while it is open, and what the backend `vagrant` makes of
 * that. Prints one line of JSON.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { makeWorkbench, readLab } from '../../../main/commands/workbench.ts';
import { toFailure } from '../../../main/contract/failure.ts';

const faults = '/var/lib/vbox-stand-in/faults';
const hang = (word: string) => writeFileSync(faults, `${word}\n`);
const mend = () => rmSync(faults, { force: true });
const timed = async <T>(work: Promise<T>): Promise<{ ms: number; value: T }> => {
  const began = performance.now();
  const value = await work;
  return { ms: Math.round(performance.now() - began), value };
};
const failureOf = (work: Promise<unknown>) => work.then(() => null, toFailure);

async function main([folder = '']: string[]): Promise<object> {
  const lab = await readLab(folder);
  const { backend, dispose } = await makeWorkbench(lab, 'vagrant');
  const stop = new AbortController();
  const task = {
    signal: new AbortController().signal,
    progress: () => undefined,
    log: () => undefined,
  };
  const boxA = async () => (await backend.status(lab)).find(({ id }) => id === 'boxA');

  hang('hang:--version');
  setTimeout(() => stop.abort(), 1_500);
  const cancelled = await timed(failureOf(backend.up(lab, { ...task, signal: stop.signal })));
  mend();

  await backend.up(lab, task, { machines: true });
  hang('hang');
  const silent = await timed(
    new Promise<string>((resolve) => {
      const look = () =>
        void boxA().then((status) => {
          if (/has not answered/.test(status?.detail ?? '')) resolve(status?.detail ?? '');
        });
      backend.watch(lab, look);
    }),
  );
  const { stdout: shell } = await backend.transport(lab, 'boxA').exec(['hostname']);
  const restarted = await timed(failureOf(backend.reset?.(lab, task) ?? Promise.resolve()));
  const closed = await timed(failureOf(backend.destroy(lab, task)));

  mend();
  await backend.up(lab, task);
  const again = (await boxA())?.life;
  const taken = await failureOf(backend.destroy(lab, task));
  await dispose();
  return { cancelled, silent, shell: shell.trim(), restarted, closed, again, taken };
}

main(process.argv.slice(2)).then(
  (result) => {
    console.log(JSON.stringify(result));
    process.exit(0);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
