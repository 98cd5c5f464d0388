/** Who a node's user is and where their terminals open, for the transport that enters it. */
import { LabFailure } from '../contract/failure.ts';
import type { EnteredNode } from '../transports/entered.ts';
import type { World } from './world.ts';

const searchPath = '/opt/hoplab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Throws `not-found` when the lab has no such node. */
export function placeOf(world: World, node: string, shell: string): EnteredNode {
  const spec = world.lab.nodes[node];
  if (!spec) throw new LabFailure('not-found', `${node} is not a node of ${world.lab.title}.`);
  return {
    id: node,
    user: spec.user ?? 'root',
    ...(spec.kind === 'host' && spec.user && { folder: `/home/${spec.user}/${world.lab.folder}` }),
    ranged: world.around.ranged,
    path: spec.kind === 'host' ? `/opt/hoplab/host:${searchPath}` : searchPath,
    shell,
  };
}
