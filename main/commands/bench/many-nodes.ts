/** A hundred nodes on one wire: how long they take to come up, and whether the time grows in proportion. */
import { SandboxBackend } from '../../backends/sandbox/sandbox.ts';
import type { Lab } from '../../contract/lab.ts';
import { LabFile } from '../../contract/lab.ts';
import { defaultCacheDir } from '../../platform/paths.ts';
import { absolute, median, type Figure } from './figure.ts';

const rounds = 3;
const quiet = {
  signal: new AbortController().signal,
  progress: () => undefined,
  log: () => undefined,
};

/** A host and `count - 1` servers on a /16. */
export function bigLab(count: number): Lab {
  const servers = Object.fromEntries(
    Array.from({ length: count - 1 }, (_, index) => [
      `n${String(index)}`,
      {
        kind: 'server',
        interfaces: [
          {
            name: 'eth0',
            network: 'wire',
            address: `10.9.${String(1 + Math.floor(index / 200))}.${String(1 + (index % 200))}`,
          },
        ],
      },
    ]),
  );
  const file = LabFile.parse({
    format: 1,
    id: `big-${String(count)}`,
    title: 'Many nodes',
    order: 1,
    summary: 'For the bench.',
    minutes: 1,
    learn: ['Nothing'],
    folder: 'big',
    networks: { wire: { mode: 'lan', subnet: '10.9.0.0/16' } },
    nodes: {
      host: { kind: 'host', interfaces: [{ name: 'eth0', network: 'wire', address: '10.9.0.1' }] },
      ...servers,
    },
    terminals: ['host'],
  });
  return { ...file, dir: '/', steps: [], assets: {} };
}

async function up(count: number): Promise<number> {
  const lab = bigLab(count);
  const backend = new SandboxBackend({ cacheDir: defaultCacheDir(), siblings: () => [] });
  const began = performance.now();
  await backend.up(lab, quiet);
  const took = performance.now() - began;
  await backend.destroy(lab);
  return took;
}

export async function benchManyNodes(): Promise<Figure[]> {
  const times = new Map<number, number>();
  for (const count of [25, 50, 100]) {
    const runs: number[] = [];
    for (let round = 0; round < rounds; round += 1) runs.push(await up(count));
    times.set(count, median(runs));
  }
  const at = (count: number): number => times.get(count) ?? NaN;
  // Linear growth: the second fifty cost what the first did, within a half.
  const growth = (at(100) - at(50)) / (at(50) - at(25)) / 2;
  return [
    absolute('100 nodes up', at(100), 1500),
    absolute('100 nodes: growth, 1 is linear', growth, 1.5, '×'),
  ];
}
