/** The permission to change the learner's own computer, as the vagrant backend uses it: one for the app, asked for by a lab. */
import { join } from 'node:path';
import { Rights } from '../rules/elevation/rights.ts';
import type { AskTerminal } from '../rules/elevation/start-helper.ts';
import { bundledHelper, waysToRoot } from '../rules/elevation/ways.ts';
import type { LocalOptions } from '../transports/local.ts';

export interface HostAccess {
  rights: Rights;
  /** How the host is read and changed on behalf of a lab. */
  privileged(labId: string): Pick<LocalOptions, 'readAsRoot' | 'hasRights' | 'privileged'>;
}

export function hostAccess({ dataDir, ask }: { dataDir: string; ask: AskTerminal }): HostAccess {
  const rights = new Rights({
    ways: () => waysToRoot({ helper: bundledHelper() }),
    tmp: join(dataDir, 'tmp'),
    ask,
  });
  void rights.look();
  return {
    rights,
    privileged: (labId) => ({
      readAsRoot: (what) => rights.read(what),
      hasRights: () => rights.state === 'granted',
      privileged: {
        apply: (change, rule, operation) => rights.apply(labId, rule, change, operation),
        undo: (change) => rights.undo(change),
        onFirewall: (listener) => rights.onFirewall(listener),
      },
    }),
  };
}
