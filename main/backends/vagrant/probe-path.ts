/** Programs that are there but not on the PATH a program started from a desktop gets: found all the same, and said. Pure. */
import { dirname } from 'node:path';
import type { HealthItem } from '../../contract/health.ts';
import type { Origin, Tools } from './tools.ts';

const where: Record<Exclude<Origin, 'path'>, string> = {
  login: 'in the PATH of your login shell only',
  usual: 'in no PATH, but in a usual place',
};
const names = { vagrant: 'vagrant', vboxmanage: 'VBoxManage', ssh: 'ssh' } as const;

/** Empty when all that were found are on the window's own PATH. */
export function pathItems(tools: Tools): Omit<HealthItem, 'backend'>[] {
  const found = (['vagrant', 'vboxmanage', 'ssh'] as const).flatMap((tool) => {
    const [file, origin] = [tools[tool], tools.origins[tool]];
    if (file === null || origin === null || origin === 'path') return [];
    return [`${names[tool]} ${where[origin]} (${dirname(file)})`];
  });
  if (found.length === 0) return [];
  return [
    {
      id: 'path',
      title: 'Where the programs are',
      status: 'ok',
      wanted: 'programs that Hoplab finds, however it was started',
      found: found.join('; '),
      why: 'What is started from a desktop often gets a shorter PATH than a shell. Hoplab looks in your login shell’s PATH and in the usual places as well, and its terminals get all of them.',
      fix: null,
      command: null,
    },
  ];
}
