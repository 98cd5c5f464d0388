/** `sysctl`: one of the kernel's settings. */
import { must } from '../exec.ts';
import type { InverseOf } from '../inverse.ts';
import type { Transport } from '../../transports/transport.ts';
import type { OperationKind, OperationOf } from './operation.ts';

interface Found {
  value: string;
  along: Record<string, string>;
}

const file = (key: string) => `/proc/sys/${key.replaceAll('.', '/')}`;
const normal = (value: string) => value.trim().replace(/\s+/g, ' ');

/**
 * Writing one of these changes others: inet_forward_change() in net/ipv4/devinet.c sets `forwarding` of
 * every interface and `accept_redirects` of `all`.
 */
const farReaching = new Set(['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding']);

async function readAlong(transport: Transport): Promise<Record<string, string>> {
  const folder = '/proc/sys/net/ipv4/conf';
  const only = ['--include=forwarding', '--include=accept_redirects'];
  const { stdout } = await transport.exec(['grep', '-rs', ...only, '.', folder]);
  return Object.fromEntries(
    stdout.split('\n').flatMap((line): [string, string][] => {
      const colon = line.lastIndexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), normal(line.slice(colon + 1))]];
    }),
  );
}

export const sysctl: OperationKind<OperationOf<'sysctl'>, Found> = {
  preview: ({ key, value }) => [
    `sudo sysctl -w ${key}=${value.includes(' ') ? `"${value}"` : value}`,
  ],
  argv: ({ key, value }) => ['sysctl', '-qw', `${key}=${value}`],
  read: async ({ key }, transport) => ({
    value: normal(await must(transport, ['cat', file(key)])),
    along: farReaching.has(key) ? await readAlong(transport) : {},
  }),
  state: ({ value }, found) => (found.value === normal(value) ? 'on' : 'off'),
  apply: async (operation, _found, transport) => {
    await must(transport, sysctl.argv(operation));
  },
  inverse: ({ node, key }, { value, along }) => ({ undo: 'sysctl', node, key, value, along }),
  note: (_operation, { value }) => `was ${value}`,
  place: ({ node, key }) => `${node} sysctl ${farReaching.has(key) ? 'forwarding' : key}`,
};

/** Writes back the value found, and then what the kernel changed along with it. */
export async function undoSysctl(
  inverse: InverseOf<'sysctl'>,
  transport: Transport,
): Promise<void> {
  const now = normal(await must(transport, ['cat', file(inverse.key)]));
  if (now !== inverse.value) {
    await must(transport, ['sysctl', '-qw', `${inverse.key}=${inverse.value}`]);
  }
  if (Object.keys(inverse.along).length === 0) return;
  const along = await readAlong(transport);
  for (const [path, value] of Object.entries(inverse.along)) {
    // An interface that has gone takes its settings with it.
    if (along[path] === undefined || along[path] === value) continue;
    await must(transport, ['tee', path], { input: `${value}\n` });
  }
}
