/** The plan of a lab's machines, read where Vagrant reads it: the learner may have changed it. */
import type { Backend } from '../backends/backend.ts';
import { LabFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import type { Vagrantfile } from '../contract/session.ts';
import { hostOf } from '../world/plan.ts';

/** Characters: no plan of a person's is longer. */
const longest = 100_000;

/** Rejects with `not-found` when there is none, with `node-down` when the lab is not up. */
export async function readVagrantfile(lab: Lab, backend: Backend): Promise<Vagrantfile> {
  const path = `${backend.folderOf(lab)}/Vagrantfile`;
  const { code, stdout } = await backend.transport(lab, hostOf(lab)).exec(['cat', path]);
  if (code !== 0)
    throw new LabFailure('not-found', `There is no Vagrantfile any more: ${path} cannot be read.`);
  return { path, text: stdout.slice(0, longest) };
}
