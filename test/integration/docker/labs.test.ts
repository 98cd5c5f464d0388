/** The bundled labs prove themselves as Docker containers, on a real engine, and leave nothing on it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Parity } from '../../../main/parity/compare.ts';
import { features } from '../../../main/parity/features.ts';
import { startEngine, whyNoEngine, type TestEngine } from '../../support/docker-engine.ts';
import {
  buildApp,
  hoplab,
  myself,
  projectRoot,
  startHoplab,
  type Person,
} from '../../support/person.ts';
import { processes } from '../../support/processes.ts';

interface Proof {
  ok: boolean;
  baseline: unknown;
  steps: { ok: boolean; title: string; error: string | null; checks: { after: string }[] }[];
}

const labs = readdirSync(join(projectRoot, 'labs'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe.skipIf(whyNoEngine)(`labs on Docker${whyNoEngine ? `: ${whyNoEngine}` : ''}`, () => {
  let engine: TestEngine;
  let person: Person;
  let foreign: string;

  beforeAll(async () => {
    buildApp();
    engine = await startEngine();
    person = myself();
    Object.assign(person.env, engine.env);
    // Somebody else's containers, one of which looks much like ours.
    const run = ['run', '--detach', '--network=none'];
    foreign = [
      await engine.docker(...run, '--name=hoplab-not-ours', 'hoplab-test-base', 'sleep', '1000'),
      await engine.docker(...run, '--label=app=other', 'hoplab-test-base', 'sleep', '1000'),
    ]
      .sort()
      .join('\n');
  }, 180_000);

  afterAll(async () => {
    person.dispose();
    await engine.dispose();
  });

  const present = async (): Promise<string> =>
    (await engine.docker('ps', '--all', '--quiet', '--no-trunc')).split('\n').sort().join('\n');
  const nothingLeft = (): Promise<void> =>
    expect.poll(present, { timeout: 20_000, interval: 200 }).toBe(foreign);

  it.each(labs)(
    'proves %s',
    async (lab) => {
      const { stdout, stderr } = await hoplab(
        person,
        ...['prove', `labs/${lab}`, '--backend', 'docker', '--json'],
      );
      expect(stdout, stderr).not.toBe('');
      const proof = JSON.parse(stdout) as Proof;
      expect(proof.steps.filter((step) => !step.ok)).toEqual([]);
      expect(proof).toMatchObject({ ok: true, baseline: 'identical' });
      await nothingLeft();
    },
    120_000,
  );

  it('parity: what is said where nobody asks is what is found by asking', async () => {
    const { stdout, stderr } = await hoplab(person, 'parity', 'labs/02-host-only', '--json');
    expect(stdout, stderr).not.toBe('');
    const found = JSON.parse(stdout) as Parity;
    expect(found.unasked).toEqual({ sandbox: null, docker: null });
    const exact = ['nat-owner', 'names-of-processes', 'own-namespaces', 'mounts', 'usr', 'root'];
    for (const { id, declared } of features.filter((feature) => exact.includes(feature.id))) {
      const { cells } = found.rows.find((row) => row.id === id) ?? {};
      expect({ sandbox: cells?.sandbox.value, docker: cells?.docker.value }, id).toEqual(declared);
    }
    expect(found.rows.find((row) => row.id === 'cards')?.same).toBe(true);
    const { stdout: table } = await hoplab(person, 'parity', 'labs/02-host-only');
    expect(table).toMatch(/netstat -p names +every process +root's processes only/);
    await nothingLeft();
  });

  it('runs two labs at once, each with its own network', async () => {
    const ask = (lab: string) =>
      hoplab(
        person,
        ...['exec', `labs/${lab}`, 'boxA', '--backend', 'docker', '--', 'bash', '-c'],
        'hostname -I; ping -c1 -W2 203.0.113.80 >/dev/null && echo reached',
      );
    const [first, second] = await Promise.all([ask('01-nat'), ask('02-host-only')]);
    expect(first.stdout, first.stderr).toBe('10.0.2.15 \nreached\n');
    expect(second.stdout, second.stderr).toBe('10.0.2.15 192.168.50.4 \nreached\n');
    await nothingLeft();
  });

  it('leaves neither container nor process when the app is killed, at any moment', async () => {
    for (const afterMs of [250, 500, 750, 1000, 1500, 3000]) {
      const app = startHoplab(person, [
        ...['exec', 'labs/01-nat', 'host', '--backend', 'docker'],
        ...['--', 'sleep', '60'],
      ]);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      app.kill('SIGKILL');
      await nothingLeft();
    }
    // A start that was under way may come up once more before it learns that nobody waits for it.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await nothingLeft();
    const mine = await engine.docker('ps', '--quiet');
    expect(mine.split('\n').length).toBe(2);
    expect(clients(engine)).toEqual([]);
  }, 120_000);

  it('says that the lab has ended when its control container is killed, and removes the rest', async () => {
    const app = startHoplab(person, [
      ...['exec', 'labs/01-nat', 'host', '--backend', 'docker', '--', 'sleep', '60'],
    ]);
    const ended = new Promise<number>((resolve) => {
      app.once('close', (code) => {
        resolve(code ?? -1);
      });
    });
    const sleeping = (): Promise<string> =>
      engine.docker('ps', '--quiet', '--filter', 'label=hoplab.node=boxA');
    await expect.poll(sleeping, { timeout: 20_000 }).not.toBe('');
    await engine.docker(
      'kill',
      await engine.docker('ps', '--quiet', '--filter', 'label=hoplab.node=control'),
    );
    expect(await ended).not.toBe(0);
    await nothingLeft();
  });

  it('removes at the next start what nobody holds, and nothing else', async () => {
    const labels = [
      'app=hoplab',
      'hoplab.lab=01-nat',
      'hoplab.session=0badcafe',
      'hoplab.node=host',
    ];
    await engine.docker(
      ...['run', '--detach', '--network=none', ...labels.map((label) => `--label=${label}`)],
      ...['hoplab-test-base', 'sleep', '1000'],
    );
    const { code } = await hoplab(
      person,
      ...['exec', 'labs/01-nat', 'router', '--backend', 'docker', '--', 'true'],
    );
    expect(code).toBe(0);
    await nothingLeft();
  });
});

/** Clients of this engine that still run. */
function clients(engine: TestEngine): number[] {
  const [first = ''] = (engine.env['PATH'] ?? '').split(':').slice(1);
  return processes().flatMap(({ pid, parent }) => {
    try {
      const line = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');
      return line.startsWith(`${first}/docker\0`) && parent !== process.pid ? [pid] : [];
    } catch {
      return [];
    }
  });
}
