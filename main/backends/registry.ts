/** Which backends there are, and how each is made. */
import { LabFailure } from '../contract/failure.ts';
import type { WorldBackend, WorldOptions } from '../world/world-backend.ts';
import { DockerBackend } from './docker/docker.ts';
import { SandboxBackend } from './sandbox/sandbox.ts';

/** Backends whose machines Hoplab makes itself. */
export const worldKinds = ['sandbox', 'docker'] as const;
export type WorldKind = (typeof worldKinds)[number];

export interface BackendOptions extends WorldOptions {
  cacheDir: string;
  /** The learner's shell, where the backend has it. */
  shell?: () => string;
}

/** Throws `bad-request` for a name that is none of them. */
export function worldKind(name: string): WorldKind {
  const kind = worldKinds.find((known) => known === name);
  if (kind) return kind;
  throw new LabFailure(
    'bad-request',
    `There is no backend ${name}; there are: ${worldKinds.join(', ')}.`,
  );
}

export function makeBackend(kind: WorldKind, options: BackendOptions): WorldBackend {
  switch (kind) {
    case 'sandbox':
      return new SandboxBackend(options);
    case 'docker':
      return new DockerBackend({ ...options, image: imageFromEnvironment() });
  }
}

/** For who has a mirror, or no network at all: what the image is built on, and the network it is built with. */
function imageFromEnvironment(): { base?: string | undefined; network?: string | undefined } {
  return {
    base: process.env['HOPLAB_DOCKER_BASE'],
    network: process.env['HOPLAB_DOCKER_NETWORK'],
  };
}
