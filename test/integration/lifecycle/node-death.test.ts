/** A machine whose first process is killed: the session says so at once, and the rest of the lab goes on. */
import { afterEach, expect, it } from 'vitest';
import { SandboxBackend } from '../../../main/backends/sandbox/sandbox.ts';
import type { SessionState } from '../../../main/contract/session.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { memoryJournal } from '../../../main/rules/journal.ts';
import { emptyProgress, noProgress } from '../../../main/session/progress.ts';
import { Session } from '../../../main/session/session.ts';
import { inProcessPtyHost } from '../../../main/terminals/client.ts';

/** How soon it must be said. */
const soonMs = 1_000;

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

it('is said within a second, with its terminals ended and its rules out of reach', async () => {
  const loaded = await loadLab(new URL('../../../labs/02-host-only', import.meta.url).pathname);
  if (!('lab' in loaded)) throw new Error('a bundled lab has mistakes');
  const { lab } = loaded;
  const backend = new SandboxBackend({ cacheDir: defaultCacheDir(), siblings: () => [lab] });
  const ptyHost = inProcessPtyHost();
  let told: (state: SessionState) => void = () => undefined;
  const session = new Session(
    lab,
    {
      backend,
      ptyHost,
      progress: noProgress,
      journal: () => Promise.resolve(memoryJournal()),
      changed: (state) => {
        told(state);
      },
      terminals: () => undefined,
      reveal: () => undefined,
      log: () => undefined,
      report: () => undefined,
      nodesChanged: () => undefined,
    },
    emptyProgress(),
  );
  ends = [() => session.stop(), () => ptyHost.dispose()];
  const until = (what: (state: SessionState) => boolean): Promise<SessionState> =>
    new Promise((resolve) => {
      told = (state) => {
        if (what(state)) resolve(state);
      };
    });

  await session.start();
  const running = until((state) =>
    state.map.nodes.some((n) => n.id === 'boxA' && n.life === 'running'),
  );
  await backend.up(
    lab,
    { signal: new AbortController().signal, progress: () => undefined, log: () => undefined },
    { machines: true },
  );
  await running;

  const died = until((state) =>
    state.nodes.some((node) => node.id === 'boxA' && node.life === 'died'),
  );
  const began = performance.now();
  process.kill(backend.of(lab).world.pidOf('boxA') ?? -1, 'SIGKILL');
  const state = await died;
  expect(performance.now() - began).toBeLessThan(soonMs);
  expect(state.nodes.find((node) => node.id === 'boxA')?.detail).toContain('first process ended');
  expect(state.nodes.find((node) => node.id === 'host')?.life).toBe('running');

  await session.settle();
  const after = session.state();
  expect(after.map.nodes.find((node) => node.id === 'boxA')).toMatchObject({
    life: 'died',
    facts: [],
  });
  expect(after.rules.find((rule) => rule.id === 'boxa-dns')?.life).toBe('unavailable');
  expect(
    session.terminals.list().some((info) => info.node === 'host' && info.state === 'open'),
  ).toBe(true);
}, 60_000);
