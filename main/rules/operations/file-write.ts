/** `file-write`: a file on a node, with its folders. */
import path from 'node:path';
import { must } from '../exec.ts';
import type { InverseOf } from '../inverse.ts';
import type { Transport } from '../../transports/transport.ts';
import type { OperationKind, OperationOf } from './operation.ts';

type Found = Pick<InverseOf<'file'>, 'previous' | 'folders'>;

/** The folders above a path that are not there, deepest first. */
async function missingFolders(file: string, transport: Transport): Promise<string[]> {
  const above: string[] = [];
  for (let dir = path.posix.dirname(file); dir !== '/'; dir = path.posix.dirname(dir))
    above.push(dir);
  if (above.length === 0) return [];
  const { stdout } = await transport.exec(['stat', '-L', '-c', '%n', '--', ...above]);
  const there = new Set(stdout.split('\n'));
  return above.filter((dir) => !there.has(dir));
}

async function readFile(file: string, transport: Transport): Promise<Found['previous']> {
  const stat = await transport.exec(['stat', '-L', '-c', '%a %u:%g', '--', file]);
  if (stat.code !== 0) return null;
  const [mode = '644', owner = '0:0'] = stat.stdout.trim().split(' ');
  const base64 = (await must(transport, ['base64', '-w0', '--', file])).trim();
  return { base64, mode, owner };
}

const shellQuoted = (text: string) =>
  `'${text.replaceAll('\\', '\\\\').replaceAll('%', '%%').replaceAll('\n', '\\n').replaceAll("'", `'\\''`)}'`;

export const fileWrite: OperationKind<OperationOf<'file-write'>, Found> = {
  preview: ({ path: file, content }) => [
    `sudo mkdir -p ${path.posix.dirname(file)}`,
    `printf ${shellQuoted(content)} | sudo tee ${file}`,
  ],
  argv: ({ path: file }) => ['tee', '--', file],
  read: async ({ path: file }, transport) => ({
    previous: await readFile(file, transport),
    folders: await missingFolders(file, transport),
  }),
  state: ({ content }, { previous }) =>
    previous && Buffer.from(previous.base64, 'base64').toString() === content ? 'on' : 'off',
  apply: async (op, { previous, folders }, transport) => {
    if (folders.length > 0) {
      await must(transport, ['mkdir', '-p', '-m', '755', '--', path.posix.dirname(op.path)]);
    }
    await must(transport, fileWrite.argv(op), { input: op.content });
    if (!previous) await must(transport, ['chmod', '644', '--', op.path]);
  },
  inverse: ({ node, path: file }, found) => ({ undo: 'file', node, path: file, ...found }),
  note: (_op, { previous }) => (previous ? 'replaces a file' : 'was not there'),
  place: ({ node, path: file }) => `${node} file ${file}`,
};

/** The old content with its mode and owner; or no file, and no folder that was made for it and is empty. */
export async function undoFileWrite(
  { path: file, previous, folders }: InverseOf<'file'>,
  transport: Transport,
): Promise<void> {
  if (!previous) {
    await must(transport, ['rm', '-f', '--', file]);
    // A folder somebody has put something else into stays.
    for (const folder of folders) await transport.exec(['rmdir', '--', folder]);
    return;
  }
  const now = await readFile(file, transport);
  if (now?.base64 !== previous.base64) {
    await must(transport, ['mkdir', '-p', '--', path.posix.dirname(file)]);
    // Standard input is text; bytes travel as base64 and are turned back on the node.
    const input = previous.base64;
    await must(transport, ['sh', '-c', 'base64 -d > "$1"', 'sh', file], { input });
  }
  if (now?.mode !== previous.mode) await must(transport, ['chmod', previous.mode, '--', file]);
  if (now?.owner !== previous.owner) await must(transport, ['chown', previous.owner, '--', file]);
}
