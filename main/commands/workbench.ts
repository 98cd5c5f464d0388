/** What the command line needs to run labs without a window: a backend, a pty host, one session at a time. */
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import {
  backendKind,
  makeBackend,
  makeHostBackend,
  type BackendOptions,
} from '../backends/registry.ts';
import { LabFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import type { BackendKind } from '../contract/session.ts';
import { readCatalog } from '../labs/catalog.ts';
import { loadLab } from '../labs/load-lab.ts';
import { formatMistake } from '../labs/mistakes.ts';
import { defaultCacheDir, defaultDataDir } from '../platform/paths.ts';
import { memoryJournal } from '../rules/journal.ts';
import { emptyProgress, noProgress } from '../session/progress.ts';
import { Session } from '../session/session.ts';
import { inProcessPtyHost, type PtyHostClient } from '../terminals/client.ts';

/** Loads a lab or rejects with `lab-invalid`, whose detail has a line for each mistake. */
export async function readLab(dir: string): Promise<Lab> {
  const folder = resolve(dir);
  const result = await loadLab(folder);
  if ('lab' in result) return result.lab;
  throw new LabFailure(
    'lab-invalid',
    `${basename(folder)} has mistakes.`,
    undefined,
    result.mistakes.map((mistake) => formatMistake(dir, mistake)).join('\n'),
  );
}

/** Labs beside this one: their folders lie in the host's home too. */
export async function siblingsOf(lab: Lab): Promise<Lab[]> {
  const entries = await readCatalog([dirname(lab.dir)]);
  return entries.flatMap((entry) => (entry.lab && entry.lab.id !== lab.id ? [entry.lab] : []));
}

/** A backend a lab can be proved on: it can also end what the lab's commands have started. */
export type Provable = Backend & { tidy(lab: Lab): Promise<void> };

export interface Workbench {
  backend: Provable;
  session: Session;
  dispose(): Promise<void>;
}

/** A session that writes no file. The caller starts it, and disposes the bench. */
export async function makeWorkbench(lab: Lab, backendName = 'sandbox'): Promise<Workbench> {
  const siblings = await siblingsOf(lab);
  const backend = await provable(backendKind(backendName), {
    cacheDir: defaultCacheDir(),
    siblings: () => [lab, ...siblings],
  });
  const ptyHost = inProcessPtyHost();
  const session = quietSession(lab, backend, ptyHost);
  return {
    backend,
    session,
    dispose: async () => {
      await session.stop();
      await ptyHost.dispose();
    },
  };
}

async function provable(kind: BackendKind, options: BackendOptions): Promise<Provable> {
  if (kind !== 'vagrant') return makeBackend(kind, options);
  const dataDir = defaultDataDir();
  await mkdir(join(dataDir, 'tmp'), { recursive: true });
  return makeHostBackend({
    ...options,
    dataDir,
    ask: () =>
      Promise.reject(
        new LabFailure(
          'not-permitted',
          'There is no terminal here in which sudo could ask.',
          'Start it as root, or open the lab in the window.',
        ),
      ),
  });
}

/** A session nobody watches and that writes no file. */
export function quietSession(lab: Lab, backend: Backend, ptyHost: PtyHostClient): Session {
  const nothing = (): void => undefined;
  return new Session(
    lab,
    {
      backend,
      ptyHost,
      progress: noProgress,
      journal: () => Promise.resolve(memoryJournal()),
      changed: nothing,
      terminals: nothing,
      reveal: nothing,
      log: nothing,
      nodesChanged: nothing,
      report: nothing,
    },
    emptyProgress(),
  );
}

/** Takes `--backend NAME` out of the words of a command; `sandbox` when it is not there. */
export function takeBackend(args: readonly string[]): { backend: string; rest: string[] } {
  const at = args.indexOf('--backend');
  if (at < 0) return { backend: 'sandbox', rest: [...args] };
  return { backend: args[at + 1] ?? '', rest: args.filter((_, n) => n !== at && n !== at + 1) };
}
