/**
 * Proves a lab: every check of a step fails or is pending before the step's solution and passes after it,
 * and when everything is undone the lab, and the machine it runs on, are as before.
 */
import { toFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import { run } from '../platform/run.ts';
import { difference, readBaseline } from './baseline.ts';
import type { Session } from './session.ts';

export interface Proof {
  lab: string;
  ok: boolean;
  /** `identical`, or what differs. */
  baseline: 'identical' | string[];
  steps: {
    title: string;
    ok: boolean;
    error: string | null;
    checks: { id: string; before: string; after: string; found: string; ok: boolean }[];
  }[];
  /** Milliseconds. */
  timings: { up: number; steps: number[]; undo: number; total: number };
}

const patienceMs = 20_000;
const settleMs = 3_000;

export interface ProveOptions {
  /** Brings machines and containers down, as a learner would at the end. */
  tidy(): Promise<void>;
  /** The session's solutions are typed in terminals the learner sees. */
  visible?: boolean;
  onStep?(proof: Proof['steps'][number], index: number): Promise<void> | void;
}

/** Starts the session, proves each step, undoes, stops. Rejects only when the lab cannot be started. */
export async function prove(session: Session, lab: Lab, options: ProveOptions): Promise<Proof> {
  const began = performance.now();
  const machineBefore = await readBaseline((argv) => run(argv));
  await session.start();
  const up = performance.now() - began;
  // Where the host is this computer, its rules cannot even be read without.
  await session.allow();
  const standing = Object.keys(lab.nodes).filter((id) => session.life(id) === 'running');
  const readNodes = () =>
    Promise.all(standing.map((id) => readBaseline((argv) => session.transport(id).exec(argv))));
  const before = await readNodes();
  const proof: Proof = {
    lab: lab.id,
    ok: true,
    baseline: 'identical',
    steps: [],
    timings: { up, steps: [], undo: 0, total: 0 },
  };
  try {
    for (const index of lab.steps.keys()) {
      const stepBegan = performance.now();
      const step = await proveStep(session, index, options.visible ?? false);
      proof.timings.steps.push(performance.now() - stepBegan);
      proof.steps.push(step);
      await options.onStep?.(step, index);
      if (step.error) break;
    }
    const undoBegan = performance.now();
    await session.rules().undoAll();
    await options.tidy();
    proof.timings.undo = performance.now() - undoBegan;
    const lines = await settledDifference(standing, before, readNodes);
    if (lines.length > 0) proof.baseline = lines;
  } finally {
    await session.stop();
  }
  const machine = difference(
    'this machine',
    machineBefore,
    await readBaseline((argv) => run(argv)),
  );
  if (machine.length > 0)
    proof.baseline = [...(proof.baseline === 'identical' ? [] : proof.baseline), ...machine];
  proof.timings.total = performance.now() - began;
  proof.ok =
    proof.baseline === 'identical' &&
    proof.steps.length === lab.steps.length &&
    proof.steps.every((step) => step.ok);
  return proof;
}

/**
 * What differs on the nodes. The kernel tells that a bridge has lost its carrier up to a second late (it
 * collects such events, net/core/link_watch.c), so a difference counts only when it stays.
 */
async function settledDifference(
  nodes: readonly string[],
  before: readonly Map<string, string[]>[],
  read: () => Promise<Map<string, string[]>[]>,
): Promise<string[]> {
  const end = performance.now() + settleMs;
  for (;;) {
    const after = await read();
    const lines = nodes.flatMap((id, at) =>
      difference(
        id,
        before[at] ?? new Map<string, string[]>(),
        after[at] ?? new Map<string, string[]>(),
      ),
    );
    if (lines.length === 0 || performance.now() > end) return lines;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function proveStep(
  session: Session,
  index: number,
  visible: boolean,
): Promise<Proof['steps'][number]> {
  session.show(index);
  await session.settle();
  const first = session.state().steps[index];
  const before = new Map(first?.checks.map((check) => [check.id, check.status]) ?? []);
  let error: string | null = null;
  try {
    await session.solveStep(index, {
      visible,
      effectsOnly: false,
      signal: new AbortController().signal,
    });
    await untilPassed(session, index);
  } catch (thrown) {
    const failure = toFailure(thrown);
    error = [failure.message, failure.detail].filter(Boolean).join('\n');
    await session.settle();
  }
  const checks = (session.state().steps[index]?.checks ?? []).map((check) => {
    const was = before.get(check.id) ?? 'pending';
    return {
      id: check.id,
      before: was,
      after: check.status,
      found: check.found,
      ok:
        (was !== 'passed' || isHostSetting(session, index, check.id)) && check.status === 'passed',
    };
  });
  return {
    title: first?.title ?? '',
    ok: error === null && checks.every((check) => check.ok),
    error,
    checks,
  };
}

/** A setting of the learner's own computer may be as a step wants it from the start: Docker needs forwarding, say. */
function isHostSetting(session: Session, index: number, id: string): boolean {
  const check = session.lab.steps[index]?.checks.find((one) => one.id === id);
  return session.state().rights !== null && check?.check === 'sysctl';
}

/** Asks again until every check of the step has passed, or patience ends. */
async function untilPassed(session: Session, index: number): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    await session.settle();
    if (session.state().steps[index]?.checks.every((check) => check.status === 'passed')) return;
    if (performance.now() > end) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
