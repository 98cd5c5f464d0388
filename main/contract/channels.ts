/** The contract's shape without zod: all the preload needs. Drift from the contract is a compile error. */
import type { Contract } from './define.ts';
import type { AppContract } from './index.ts';

export type ShapeOf<C extends Contract> = {
  readonly [A in keyof C]: { readonly [K in keyof C[A]]: C[A][K]['kind'] };
};

export const channels = {
  app: {
    snapshot: 'call',
    openExternal: 'call',
    logBundle: 'call',
    dismiss: 'call',
    notices: 'event',
    leftovers: 'event',
    labs: 'event',
    command: 'event',
  },
  session: {
    open: 'call',
    openFolder: 'call',
    reply: 'call',
    allow: 'call',
    disallow: 'call',
    close: 'call',
    up: 'call',
    vagrantfile: 'call',
    show: 'call',
    goTo: 'call',
    resetStep: 'call',
    showMe: 'call',
    cancel: 'call',
    answer: 'call',
    note: 'call',
    changed: 'event',
    log: 'event',
  },
  rules: { apply: 'call', undo: 'call', applyAll: 'call', undoAll: 'call' },
  network: { watch: 'call', unwatch: 'call', view: 'event' },
  terminal: { open: 'call', close: 'call', changed: 'event', reveal: 'event' },
  settings: { set: 'call', changed: 'event' },
  health: { check: 'call' },
} as const satisfies ShapeOf<AppContract>;
