/** The life of a sandbox in one process: cancelled, refused, two at once, and a node that dies. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { probeSandbox } from '../../../main/backends/sandbox/probe.ts';
import { SandboxBackend } from '../../../main/backends/sandbox/sandbox.ts';
import { LabFailure } from '../../../main/contract/failure.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { eventually, family } from '../../support/processes.ts';

const loaded = await Promise.all(
  ['01-nat', '02-host-only'].map((name) =>
    loadLab(new URL(`../../../labs/${name}`, import.meta.url).pathname),
  ),
);
const labs = loaded.map((result) => {
  if (!('lab' in result)) throw new Error('a bundled lab has mistakes');
  return result.lab;
});
const [one, two] = [labs[0]!, labs[1]!];
const cacheDir = defaultCacheDir();
const task = {
  signal: new AbortController().signal,
  progress: () => undefined,
  log: () => undefined,
};
const make = (unshare?: string): SandboxBackend =>
  new SandboxBackend({ cacheDir, siblings: () => labs, ...(unshare && { unshare }) });

/** Processes of ours that are not the test runner's own. */
const children = (): number => family(process.pid).length;
let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

it('two labs at once do not see each other', async () => {
  const [first, second] = [make(), make()];
  ends = [() => first.destroy(one), () => second.destroy(two)];
  await Promise.all([
    first.up(one, task, { machines: true }),
    second.up(two, task, { machines: true }),
  ]);
  const ask = async (backend: SandboxBackend, lab: typeof one, script: string): Promise<string> =>
    (await backend.transport(lab, 'host').exec(['bash', '-c', script])).stdout;
  await ask(
    first,
    one,
    'echo mine >/home/learner/secret; ip link add witness type bridge; sleep 300 >/dev/null 2>&1 &',
  );
  const seen = await ask(second, two, 'ls /home/learner; ip -o link; ps -eo args; ss -tln');
  expect(seen).not.toMatch(/secret|witness|sleep 300/);
  // Both have their own port 2222.
  expect(seen).toContain('127.0.0.1:2222');
  expect(await ask(first, one, 'ss -tln')).toContain('127.0.0.1:2222');
});

it('a lab that is being opened can be cancelled, and nothing is left', async () => {
  const before = children();
  const backend = make();
  const cancel = new AbortController();
  const opening = backend.up(one, { ...task, signal: cancel.signal });
  await eventually('the sandbox has begun', () => children() > before);
  cancel.abort();
  await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
  await eventually('its processes are gone', () => children() === before);
  await backend.up(one, task);
  await backend.destroy(one);
});

it('a node that dies is noticed and said', async () => {
  const backend = make();
  ends = [() => backend.destroy(one)];
  await backend.up(one, task, { machines: true });
  const told = new Promise<void>((resolve) => backend.watch(one, resolve));
  process.kill(backend.of(one).world.pidOf('boxA') ?? -1, 'SIGKILL');
  await told;
  const boxA = (await backend.status(one)).find((node) => node.id === 'boxA');
  expect(boxA).toMatchObject({ life: 'died' });
  expect(boxA?.detail).toContain('first process ended');
  await expect(backend.transport(one, 'host').exec(['true'])).resolves.toMatchObject({ code: 0 });
  expect(() => backend.transport(one, 'boxA').spawn(['true'])).toThrow(LabFailure);
});

it('opening twice is opening once, destroying twice is destroying once', async () => {
  const backend = make();
  await backend.up(one, task);
  const pid = backend.of(one).world.pidOf('host');
  await backend.up(one, task);
  expect(backend.of(one).world.pidOf('host')).toBe(pid);
  await backend.destroy(one);
  await backend.destroy(one);
});

/** Stands for AppArmor's refusal on Ubuntu 23.10 and later, which has not been seen on a real one here. */
it('where user namespaces are forbidden it says so and names the fix', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoplab-refuse-'));
  const refusing = join(folder, 'unshare');
  writeFileSync(
    refusing,
    '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1\n',
  );
  chmodSync(refusing, 0o755);
  const before = children();
  await expect(make(refusing).up(one, task)).rejects.toMatchObject({
    code: 'not-permitted',
    hint: expect.stringContaining('Health') as string,
  });
  expect(children()).toBe(before);
  const health = await probeSandbox({ cacheDir, unshare: refusing });
  expect(health.usable).toBe(false);
  expect(health.items.find((item) => item.id === 'user-namespaces')).toMatchObject({
    status: 'missing',
    command: expect.stringContaining('sudo sysctl') as string,
  });
  rmSync(folder, { recursive: true, force: true });
});
