/** `service`: a service of a machine started, stopped, or made to read its files again. */
import { must } from '../exec.ts';
import type { InverseOf } from '../inverse.ts';
import type { Transport } from '../../transports/transport.ts';
import type { OperationKind, OperationOf } from './operation.ts';

interface Found {
  active: boolean;
}

const verbs = { started: 'start', stopped: 'stop', restarted: 'restart' } as const;

async function isActive(name: string, transport: Transport): Promise<boolean> {
  const { code } = await transport.exec(['systemctl', 'is-active', '--quiet', name]);
  return code === 0;
}

export const service: OperationKind<OperationOf<'service'>, Found> = {
  preview: ({ name, state }) => [`sudo systemctl ${verbs[state]} ${name}`],
  argv: ({ name, state }) => ['systemctl', verbs[state], name],
  read: async ({ name }, transport) => ({ active: await isActive(name, transport) }),
  state: ({ state }, { active }) => {
    if (state === 'restarted') return 'none';
    return active === (state === 'started') ? 'on' : 'off';
  },
  apply: async (op, _found, transport) => {
    await must(transport, service.argv(op));
  },
  inverse: ({ node, name, state }, { active }) => {
    const before = active ? (state === 'restarted' ? 'restarted' : 'started') : 'stopped';
    return { undo: 'service', node, name, state: before };
  },
  note: (_op, { active }) => (active ? null : 'was stopped'),
  place: ({ node, name }) => `${node} service ${name}`,
};

export async function undoService(
  { name, state }: InverseOf<'service'>,
  transport: Transport,
): Promise<void> {
  const active = await isActive(name, transport);
  if (state === 'restarted' || active !== (state === 'started')) {
    await must(transport, ['systemctl', verbs[state], name]);
  }
}
