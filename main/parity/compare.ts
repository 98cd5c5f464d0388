/** Asks the same of a lab on each backend that works here, and puts the answers side by side. */
import type { WorldKind } from '../backends/registry.ts';
import { toFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import type { WorldBackend } from '../world/world-backend.ts';
import { features, type Feature, type Probe } from './features.ts';

export interface Cell {
  value: string;
  /** `declared`: not read here, but said. */
  source: 'measured' | 'declared';
}

export interface ParityRow {
  id: string;
  title: string;
  same: boolean;
  /** Numbers of the lab's steps that deal with it, from 1. */
  steps: number[];
  cells: Record<WorldKind, Cell>;
}

export interface Parity {
  lab: string;
  /** Why a backend could not be asked; null where it was. */
  unasked: Record<WorldKind, string | null>;
  rows: ParityRow[];
}

type Answers = Map<string, string>;

/** Rejects only with mistakes of ours: a backend that does not work here is one of the answers. */
export async function compare(lab: Lab, make: (kind: WorldKind) => WorldBackend): Promise<Parity> {
  const mine = features.filter((feature) => feature.applies?.(lab) ?? true);
  const sandbox = await answersOf(lab, make('sandbox'), mine);
  const docker = await answersOf(lab, make('docker'), mine);
  return {
    lab: lab.id,
    unasked: { sandbox: whyNot(sandbox), docker: whyNot(docker) },
    rows: mine.map((feature) => {
      const cells = {
        sandbox: cellOf(feature, 'sandbox', sandbox),
        docker: cellOf(feature, 'docker', docker),
      };
      return {
        id: feature.id,
        title: feature.title,
        same: isSame(feature, cells),
        steps: stepsAbout(lab, feature.about),
        cells,
      };
    }),
  };
}

const whyNot = (answers: Answers | string): string | null =>
  typeof answers === 'string' ? answers : null;

function cellOf(feature: Feature, kind: WorldKind, answers: Answers | string): Cell {
  const read = typeof answers === 'string' ? undefined : answers.get(feature.id);
  return read === undefined
    ? { value: feature.declared[kind], source: 'declared' }
    : { value: read, source: 'measured' };
}

/** A thing read is not held against one that is only said. */
function isSame({ declared }: Feature, { sandbox, docker }: ParityRow['cells']): boolean {
  const measured = sandbox.source === 'measured' && docker.source === 'measured';
  return measured ? sandbox.value === docker.value : declared.sandbox === declared.docker;
}

function stepsAbout(lab: Lab, about: RegExp): number[] {
  return lab.steps.flatMap((step, index) =>
    about.test(`${step.body}\n${step.solve.map((line) => line.type ?? '').join('\n')}`)
      ? [index + 1]
      : [],
  );
}

/** Opens the lab, asks, and takes it down; a sentence when that is not possible here. */
async function answersOf(
  lab: Lab,
  backend: WorldBackend,
  mine: readonly Feature[],
): Promise<Answers | string> {
  const health = await backend.probe();
  if (!health.usable) return health.summary;
  const task = {
    signal: new AbortController().signal,
    progress: () => undefined,
    log: () => undefined,
  };
  try {
    const began = performance.now();
    await backend.up(lab, task);
    const openMs = performance.now() - began;
    await backend.up(lab, task, { machines: true });
    const { world, machines } = backend.of(lab);
    const probe: Probe = {
      lab,
      host: world.host,
      machine: machines.machinesOf(lab)[0] ?? null,
      openMs,
      machineMs: performance.now() - began - openMs,
      ask: async (node, script) =>
        (await backend.transport(lab, node).exec(['bash', '-c', script])).stdout.trim(),
      road: async (node) => (await backend.transport(lab, node).shell()).path,
    };
    const answers: Answers = new Map();
    for (const feature of mine)
      if (feature.read) answers.set(feature.id, await feature.read(probe));
    return answers;
  } catch (error) {
    return toFailure(error).message;
  } finally {
    await backend.destroy(lab);
  }
}
