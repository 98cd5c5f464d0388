/** What the backend `docker` needs of this machine, looked for one by one; never throws. */
import type { BackendHealth, HealthItem } from '../../contract/health.ts';
import { findEngine, type Engine, type EngineProblem } from '../../platform/docker-engine.ts';
import { hasImage, imageTag, type ImageOptions } from './image.ts';

export async function probeDocker(options: {
  image?: ImageOptions;
  env?: NodeJS.ProcessEnv;
}): Promise<BackendHealth> {
  const found = await findEngine(options.env);
  if ('problem' in found)
    return {
      backend: 'docker',
      usable: false,
      summary: `Not usable yet: ${found.found}.`,
      items: [problemItem(found)],
    };
  return {
    backend: 'docker',
    usable: true,
    summary: 'Ready: each machine of a lab is a container, and none is on a network of Docker’s.',
    items: [
      engineItem(found),
      ...(found.virtual ? [virtualItem()] : []),
      await imageItem(found, options.image),
    ],
  };
}

const wanted = 'a Docker engine you may speak to: DOCKER_HOST, your context, or the default';
const engineWhy = 'The machines of the lab are containers, and the engine starts them.';

function problemItem({ found, why, fix, command }: EngineProblem): HealthItem {
  return {
    id: 'engine',
    title: 'Docker engine',
    backend: 'docker',
    status: 'missing',
    wanted,
    found,
    why,
    fix,
    command,
  };
}

function engineItem({ version, endpoint, rootless }: Engine): HealthItem {
  return {
    id: 'engine',
    title: 'Docker engine',
    backend: 'docker',
    status: 'ok',
    wanted,
    found: `${version} at ${endpoint}${rootless ? ', rootless' : ''}`,
    why: engineWhy,
    fix: null,
    command: null,
  };
}

/** A fact rather than a fault: the labs of this backend live inside the virtual machine altogether. */
function virtualItem(): HealthItem {
  return {
    id: 'virtual-engine',
    title: 'Engine in a virtual machine',
    backend: 'docker',
    status: 'warning',
    wanted: 'nothing: labs of this backend do not mind',
    found: 'the engine runs in a virtual machine (Docker Desktop or the like)',
    why: 'Your own machine has no docker0 there, and cannot reach the addresses of containers. A lab of this backend is whole inside; a lab that uses your own Docker beside VirtualBox is not possible.',
    fix: 'For labs with VirtualBox and your own containers use Docker Engine on Linux.',
    command: null,
  };
}

async function imageItem(engine: Engine, options: ImageOptions = {}): Promise<HealthItem> {
  const there = await hasImage(engine, options).catch(() => false);
  return {
    id: 'image',
    title: 'Image of the lab’s machines',
    backend: 'docker',
    status: there ? 'ok' : 'warning',
    wanted: imageTag(options),
    found: there ? 'built' : 'not built yet',
    why: 'Every machine starts from it. Hoplab builds it from Debian’s packages when the first lab is opened.',
    fix: there ? null : 'Open a lab: building takes a few minutes and 150 MB, once.',
    command: null,
  };
}
