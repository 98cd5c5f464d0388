/**
 * Runs inside the computer, bundled: opens a lab on the backend `vagrant`, brings its machines up, asks one for its name, and takes all
 * away. Prints one line of JSON: what boxA answered, or the failure as the window would show it.
 */
import { toFailure } from '../../../main/contract/failure.ts';
import { makeWorkbench, readLab } from '../../../main/commands/workbench.ts';

async function main([folder = '', node = 'boxA']: string[]): Promise<object> {
  const lab = await readLab(folder);
  const bench = await makeWorkbench(lab, 'vagrant');
  const log: string[] = [];
  const task = {
    signal: new AbortController().signal,
    progress: () => undefined,
    log: (line: string) => void log.push(line),
  };
  try {
    await bench.backend.up(lab, task, { machines: true });
    const { stdout } = await bench.backend.transport(lab, node).exec(['hostname', '-I']);
    const remarks = bench.backend.remarks?.(lab).map(({ title }) => title);
    return { ok: true, answer: stdout.trim(), log, remarks };
  } catch (error) {
    const { code, message, hint, detail } = toFailure(error);
    return { ok: false, code, message, hint, detail };
  } finally {
    await bench.backend.destroy(lab, task).catch(() => undefined);
    await bench.dispose();
  }
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
