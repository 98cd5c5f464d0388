/** Which backends there are, and how each is made. */
import { LabFailure } from '../contract/failure.ts';
import { BackendKind } from '../contract/session.ts';
import type { AskTerminal } from '../rules/elevation/start-helper.ts';
import type { WorldBackend, WorldOptions } from '../world/world-backend.ts';
import type { Backend } from './backend.ts';
import { DockerBackend } from './docker/docker.ts';
import { hostAccess } from './host-rights.ts';
import { SandboxBackend } from './sandbox/sandbox.ts';
import { VagrantBackend } from './vagrant/vagrant.ts';

/** Backends whose machines Hoplab makes itself. */
export const worldKinds = ['sandbox', 'docker'] as const;
export type WorldKind = (typeof worldKinds)[number];

export interface BackendOptions extends WorldOptions {
  cacheDir: string;
  /** The learner's shell, where the backend has it. */
  shell?: () => string;
}

export interface HostOptions {
  /** Where the labs' folders are made. */
  dataDir: string;
  /** A terminal in which sudo may ask. */
  ask: AskTerminal;
  /** A Vagrant box of the learner's choice. */
  box?: () => string | undefined;
}

/** Throws `bad-request` for a name that is none of them. */
export function backendKind(name: string): BackendKind {
  const kind = BackendKind.safeParse(name);
  if (kind.success) return kind.data;
  throw new LabFailure(
    'bad-request',
    `There is no backend ${name}; there are: ${BackendKind.options.join(', ')}.`,
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

/** The learner's own computer. */
export function makeHostBackend(options: BackendOptions & HostOptions): VagrantBackend {
  return new VagrantBackend({ ...options, ...hostAccess(options) });
}

export function makeBackends(options: BackendOptions & HostOptions): Record<BackendKind, Backend> {
  return {
    sandbox: makeBackend('sandbox', options),
    docker: makeBackend('docker', options),
    vagrant: makeHostBackend(options),
  };
}

/** For who has a mirror, or no network at all: what the image is built on, and the network it is built with. */
function imageFromEnvironment(): { base?: string | undefined; network?: string | undefined } {
  return {
    base: process.env['HOPLAB_DOCKER_BASE'],
    network: process.env['HOPLAB_DOCKER_NETWORK'],
  };
}
