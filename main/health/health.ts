/** Asks every backend what it needs. New backends add their probe here. */
import type { BackendHealth } from '../contract/health.ts';
import { probeDocker } from '../backends/docker/probe.ts';
import { probeSandbox } from '../backends/sandbox/probe.ts';
import { probeVagrant } from '../backends/vagrant/probe.ts';

/** Never rejects. */
export function checkHealth(options: { cacheDir: string }): Promise<BackendHealth[]> {
  return Promise.all([probeSandbox(options), probeDocker({}), probeVagrant()]);
}
