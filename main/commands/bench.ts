/** `hoplab bench`: the project's figures, each against a reference measured in the same run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Verb } from './verb.ts';
import { run } from '../platform/run.ts';
import { notMeasured, type Figure } from './bench/figure.ts';
import { benchLabOpen } from './bench/lab-open.ts';
import { benchManyNodes } from './bench/many-nodes.ts';
import { benchNetwork } from './bench/network.ts';
import { readLab } from './workbench.ts';

const project = join(__dirname, '../..');

export const bench: Verb = {
  usage: 'bench [--json]',
  about: 'the figures, as ratios measured in one run',
  async run(args) {
    const json = args.includes('--json');
    const say = (line: string): void => {
      if (!json) console.log(line);
    };
    const all: Figure[] = [];
    const parts: [string, () => Promise<Figure[]>][] = [
      ['lab', async () => benchLabOpen(await readLab(join(project, 'labs/01-nat')))],
      ['network', benchNetwork],
      ['nodes', benchManyNodes],
      ['window', benchWindow],
    ];
    say(heading);
    for (const [name, measure] of parts) {
      const figures = await measure().catch((error: unknown) => [
        notMeasured(name, error instanceof Error ? error.message : String(error)),
      ]);
      for (const figure of figures) say(row(figure));
      all.push(...figures);
    }
    if (json)
      console.log(
        JSON.stringify({ figures: all, met: all.every((figure) => figure.met) }, null, 2),
      );
    return 0;
  },
};

/** The window's figures need Electron under a driver: a script of the repository measures them. */
async function benchWindow(): Promise<Figure[]> {
  const script = join(project, 'test/bench/window.mjs');
  if (!existsSync(script)) return [notMeasured('the window', 'only in the repository')];
  const result = await run([process.execPath, script], { cwd: project, timeoutMs: 600_000 });
  if (result.code !== 0)
    return [notMeasured('the window', result.stderr.trim().split('\n').slice(-3).join(' '))];
  return JSON.parse(result.stdout.slice(result.stdout.indexOf('['))) as Figure[];
}

const widths = [46, 12, 12, 9, 9];
const cells = (texts: string[]): string =>
  texts
    .map((text, index) =>
      index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 9),
    )
    .join(' ');
const heading = cells(['figure', 'ours', 'reference', 'value', 'bound']);

function row(figure: Figure): string {
  if (figure.skipped)
    return `${figure.name.padEnd(widths[0] ?? 0)} not measured: ${figure.skipped}`;
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
  const reference = figure.reference === null ? '' : `${number(figure.reference)} ${figure.unit}`;
  const sign = figure.sense === 'at-most' ? '≤' : '≥';
  return `${cells([figure.name, `${number(figure.ours)} ${figure.unit}`, reference, number(figure.value), `${sign} ${String(figure.bound)}`])}  ${figure.met ? 'met' : 'MISSED'}${figure.referenceName ? `  (against ${figure.referenceName})` : ''}`;
}
