/** What can be in the way of Docker is told apart, each with its own way out; and the image is built once. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendHealth } from '../../../main/contract/health.ts';
import { probeDocker } from '../../../main/backends/docker/probe.ts';
import { ensureImage, hasImage, imageTag } from '../../../main/backends/docker/image.ts';
import { findEngine, requireEngine, type Engine } from '../../../main/platform/docker-engine.ts';
import { startEngine, whyNoEngine, type TestEngine } from '../../support/docker-engine.ts';
import { buildApp, hoplab, ordinaryUser } from '../../support/person.ts';

const base = { base: 'hoplab-test-base', network: 'none' };

describe.skipIf(whyNoEngine)(`finding Docker${whyNoEngine ? `: ${whyNoEngine}` : ''}`, () => {
  let engine: TestEngine;
  let folder: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    engine = await startEngine();
    folder = mkdtempSync(join(tmpdir(), 'hoplab-sockets-'));
  }, 180_000);
  afterAll(async () => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
    await engine.dispose();
  });

  const problemAt = async (env: NodeJS.ProcessEnv) => {
    const found = await findEngine({ ...engine.env, ...env });
    if (!('problem' in found)) throw new Error('an engine was found');
    return found;
  };

  it('found by DOCKER_HOST', async () => {
    const found = await findEngine(engine.env);
    expect(found).toMatchObject({ endpoint: engine.env['DOCKER_HOST'], virtual: false });
    expect(await probeDocker({ env: engine.env, image: base })).toMatchObject({
      usable: true,
      items: [
        { id: 'engine', status: 'ok' },
        { id: 'image', found: 'not built yet' },
      ],
    });
  });

  it('found by the context the client uses', async () => {
    const home = join(folder, 'home');
    const env: NodeJS.ProcessEnv = { ...engine.env, HOME: home };
    const { DOCKER_HOST: host = '', ...withoutHost } = env;
    mkdirSync(home);
    const client = await requireEngine(env);
    await client.run(['context', 'create', 'other', '--docker', `host=${host}`]);
    writeFileSync(join(home, '.docker/config.json'), '{"currentContext":"other"}');
    expect(await findEngine(withoutHost)).toMatchObject({ endpoint: host });
  });

  it('not installed', async () => {
    const found = await findEngine({ PATH: join(folder, 'nothing') });
    expect(found).toMatchObject({ problem: 'not-installed' });
    await expect(requireEngine({ PATH: folder })).rejects.toMatchObject({ code: 'tool-missing' });
  });

  it('not running: no socket, one nobody listens at, one where something else answers', async () => {
    const listen = async (file: string): Promise<Server> => {
      const server = createServer((socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
      await new Promise<void>((resolve) => server.listen(file, resolve));
      servers.push(server);
      return server;
    };
    await listen(join(folder, 'other.sock'));
    symlinkSync('/dev/null', join(folder, 'null.sock'));
    for (const name of ['none.sock', 'null.sock', 'other.sock']) {
      const found = await problemAt({ DOCKER_HOST: `unix://${join(folder, name)}` });
      expect(found, name).toMatchObject({ problem: 'not-running' });
      expect(found.fix).toContain('Start the engine');
    }
  });

  it('no permission: what being in the group docker means is said', async () => {
    buildApp();
    const user = ordinaryUser();
    const open = (path: string): void => {
      chmodSync(path, 0o755);
    };
    open(engine.env['HOME'] ?? '');
    Object.assign(user.env, {
      PATH: engine.env['PATH'],
      DOCKER_HOST: engine.env['DOCKER_HOST'],
    });
    const { stdout } = await hoplab(user, 'doctor', '--json');
    const docker = (JSON.parse(stdout) as BackendHealth[]).find(
      (health) => health.backend === 'docker',
    );
    expect(docker).toMatchObject({ usable: false });
    const [item] = docker?.items ?? [];
    expect(item?.found).toContain('you may not speak to the engine');
    expect(item?.fix).toContain('as good as being root');
    expect(JSON.stringify(docker)).not.toMatch(/chmod|666/);
    const refused = await hoplab(
      user,
      ...['exec', 'labs/01-nat', 'host', '--backend', 'docker', '--', 'true'],
    );
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('you may not speak to the engine');
    user.dispose();
  });

  it('Docker Desktop: said as a fact, and what it means', async () => {
    // A client that answers as one does whose engine is Docker Desktop's.
    const client = join(folder, 'desktop');
    mkdirSync(client);
    writeFileSync(
      join(client, 'docker'),
      `#!/bin/sh
case "$*" in
  *version*) echo '28.5.1 linux' ;;
  *info*) printf 'Docker Desktop\\n["name=seccomp,profile=unconfined"]\\n' ;;
  *) exit 1 ;;
esac\n`,
      { mode: 0o755 },
    );
    const health = await probeDocker({
      env: { PATH: `${client}:/usr/bin:/bin`, DOCKER_HOST: 'tcp://127.0.0.1:1' },
    });
    expect(health.usable).toBe(true);
    const fact = health.items.find((item) => item.id === 'virtual-engine');
    expect(fact?.why).toContain('cannot reach the addresses of containers');
  });

  it('the image is built once, with progress, and a build can be cancelled', async () => {
    const ready: Engine = await requireEngine(engine.env);
    const cancel = new AbortController();
    const stopped = ensureImage(
      ready,
      {
        signal: cancel.signal,
        progress: () => undefined,
        log: () => {
          cancel.abort();
        },
      },
      base,
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await hasImage(ready, base)).toBe(false);
    const labels: string[] = [];
    const task = {
      signal: new AbortController().signal,
      progress: (_: number | null, label: string) => labels.push(label),
      log: () => undefined,
    };
    expect(await ensureImage(ready, task, base)).toBe(imageTag(base));
    expect(labels.some((label) => label.includes('Step 2/'))).toBe(true);
    const before = labels.length;
    await ensureImage(ready, task, base);
    expect(labels.length).toBe(before);
    const other = ensureImage(ready, task, { base: 'no-such-image', network: 'none' });
    await expect(other).rejects.toMatchObject({ code: 'command-failed' });
  });
});
