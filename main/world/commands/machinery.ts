/** What the lab's programs act on. */
import type { ContainerEngine } from '../container-engine.ts';
import type { Hypervisor } from '../hypervisor.ts';
import type { World } from '../world.ts';

export interface Machinery {
  world: World;
  machines: Hypervisor;
  containers: ContainerEngine;
}
