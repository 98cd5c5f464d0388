/** Everything that can be done by name: the palette lists it, the menu and the keyboard call it. */
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { useApp } from './app.ts';
import { useRights } from './rights.ts';
import { useRules } from './rules.ts';
import { useSession } from './session.ts';
import { useSettings } from './settings.ts';
import { useTerminals } from './terminals.ts';

export interface Command {
  id: string;
  group: 'Lab' | 'Step' | 'Terminals' | 'Rules' | 'View' | 'App';
  title: string;
  keys?: string;
  /** The node it is about, for its colour. */
  node?: string;
  run: () => unknown;
}

export const useCommands = defineStore('commands', () => {
  const app = useApp();
  const session = useSession();
  const rules = useRules();
  const rights = useRights();
  const terminals = useTerminals();
  const settings = useSettings();

  const appCommands = computed<Command[]>(() => [
    {
      id: 'catalog',
      group: 'App',
      title: 'All labs',
      keys: 'Ctrl Shift L',
      run: () => (app.view = 'catalog'),
    },
    ...(session.state && app.view !== 'lab'
      ? [
          {
            id: 'lab',
            group: 'App' as const,
            title: `Back to ${session.state.title}`,
            run: () => (app.view = 'lab'),
          },
        ]
      : []),
    {
      id: 'settings',
      group: 'App',
      title: 'Settings',
      keys: 'Ctrl ,',
      run: () => (app.view = 'settings'),
    },
    {
      id: 'health',
      group: 'App',
      title: 'Health: what this machine can do',
      run: () => (app.view = 'health'),
    },
    { id: 'about', group: 'App', title: 'About Hoplab', run: () => (app.overlay = 'about') },
    { id: 'logs', group: 'App', title: 'Write logs into a file', run: () => app.writeLogs() },
  ]);

  const viewCommands = computed<Command[]>(() => [
    {
      id: 'theme-light',
      group: 'View',
      title: 'Light theme',
      run: () => settings.set({ theme: 'light' }),
    },
    {
      id: 'theme-dark',
      group: 'View',
      title: 'Dark theme',
      run: () => settings.set({ theme: 'dark' }),
    },
    {
      id: 'theme-system',
      group: 'View',
      title: 'Theme of the system',
      run: () => settings.set({ theme: 'system' }),
    },
    {
      id: 'text-larger',
      group: 'View',
      title: 'Larger text',
      keys: 'Ctrl +',
      run: () => settings.changeTextSize(1),
    },
    {
      id: 'text-smaller',
      group: 'View',
      title: 'Smaller text',
      keys: 'Ctrl −',
      run: () => settings.changeTextSize(-1),
    },
    {
      id: 'presenter',
      group: 'View',
      title: settings.current.presenter ? 'Leave presenter size' : 'Presenter size',
      keys: 'Ctrl Shift E',
      run: () => settings.set({ presenter: !settings.current.presenter }),
    },
  ]);

  const labCommands = computed<Command[]>(() => {
    const state = session.state;
    if (!state) return [];
    const last = state.steps.length - 1;
    return [
      {
        id: 'next-step',
        group: 'Step',
        title: 'Next step',
        keys: 'Alt →',
        run: () => session.show(Math.min(last, state.step + 1)),
      },
      {
        id: 'previous-step',
        group: 'Step',
        title: 'Previous step',
        keys: 'Alt ←',
        run: () => session.show(Math.max(0, state.step - 1)),
      },
      {
        id: 'show-me',
        group: 'Step',
        title: 'Show me: type this step’s solution',
        run: () => session.showMe(),
      },
      {
        id: 'start-machines',
        group: 'Step',
        title: 'Start the machines (vagrant up)',
        run: () => session.up(),
      },
      {
        id: 'vagrantfile',
        group: 'Step',
        title: 'Show the Vagrantfile',
        run: () => (app.overlay = 'vagrantfile'),
      },
      { id: 'reset-step', group: 'Step', title: 'Reset this step', run: () => session.resetStep() },
      ...state.steps.map((step, index) => ({
        id: `step-${String(index + 1)}`,
        group: 'Step' as const,
        title: `Go to step ${String(index + 1)}: ${step.title}`,
        run: () => session.show(index),
      })),
      { id: 'undo-all', group: 'Rules', title: 'Undo all rules', run: () => rules.undoAll() },
      ...state.rules
        .map((rule) => ({ ...rule, nodes: rule.commands.map(({ node }) => node) }))
        .filter(({ life, nodes }) => life !== 'unavailable' || rights.isNeededFor(nodes))
        .flatMap((rule) => [
          ...(rule.life !== 'on' && !rule.marked
            ? [
                {
                  id: `apply-${rule.id}`,
                  group: 'Rules' as const,
                  title: `Apply: ${rule.title}`,
                  run: () => rights.withRights(rule.nodes, () => rules.apply(rule.id)),
                },
              ]
            : []),
          ...(rule.canUndo
            ? [
                {
                  id: `undo-${rule.id}`,
                  group: 'Rules' as const,
                  title: `Undo: ${rule.title}`,
                  run: () => rules.undo(rule.id),
                },
              ]
            : []),
        ]),
      ...state.nodes
        .filter(({ life }) => life === 'running')
        .map(({ id, title }) => ({
          id: `terminal-${id}`,
          group: 'Terminals' as const,
          title: `New terminal on ${title}`,
          node: id,
          run: () => terminals.open(id),
        })),
      {
        id: 'find',
        group: 'Terminals',
        title: 'Find in terminal',
        keys: 'Ctrl Shift F',
        run: () => terminals.find(),
      },
      {
        id: 'broadcast',
        group: 'Terminals',
        title: terminals.broadcast ? 'Stop typing into all terminals' : 'Type into all terminals',
        keys: 'Ctrl Shift B',
        run: () => (terminals.broadcast = !terminals.broadcast && terminals.infos.length > 1),
      },
      {
        id: 'intro',
        group: 'App',
        title: 'Show the introduction',
        run: () => (app.overlay = 'intro'),
      },
      ...(rights.state
        ? [
            {
              id: 'rights',
              group: 'Lab' as const,
              title:
                rights.state === 'granted'
                  ? 'Give the permission to change this computer back'
                  : 'Allow changes to this computer',
              run: () => (rights.state === 'granted' ? rights.giveBack() : rights.askFor(null)),
            },
          ]
        : []),
      { id: 'stop-lab', group: 'Lab', title: `Stop ${state.title}`, run: () => session.close() },
    ];
  });

  const placeCommands = computed<Command[]>(() =>
    (
      [
        ['sandbox', 'in the sandbox'],
        ['docker', 'in Docker'],
        ['vagrant', 'on this computer'],
      ] as const
    )
      .filter(([backend]) => backend !== settings.current.backend)
      .map(([backend, where]) => ({
        id: `run-labs-${backend}`,
        group: 'App',
        title: `Where labs run: ${where}`,
        run: () => {
          app.view = 'catalog';
          return settings.set({ backend });
        },
      })),
  );

  const openCommands = computed<Command[]>(() =>
    app.labs
      .filter(({ id, mistakes }) => mistakes.length === 0 && id !== session.state?.labId)
      .map(({ id, title }) => ({
        id: `open-${id}`,
        group: 'Lab',
        title: `Open the lab ${title}`,
        run: () => session.open(id),
      })),
  );

  const all = computed(() => [
    ...labCommands.value,
    ...openCommands.value,
    ...appCommands.value,
    ...placeCommands.value,
    ...viewCommands.value,
  ]);

  function run(id: string): unknown {
    if (id === 'palette') return (app.overlay = 'palette');
    return all.value.find((command) => command.id === id)?.run();
  }

  return { all, run };
});
