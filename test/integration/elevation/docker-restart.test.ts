/** The rules of lab 2 on a computer with a real Docker engine, while that is started and restarted. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { bringEngineParts } from '../../../main/setup/docker-engine.ts';
import { whyNoEngine } from '../../support/docker-engine.ts';
import { startApp, type App } from './app.ts';
import { neighbours, reaches } from './firewall-texts.ts';
import { makeComputer, type Computer } from './helper.ts';

const lab = ['forwarding', 'new', 'known', 'masquerade'];
let computer: Computer;
let tmp: string;
let app: App;
let engine: ChildProcess;
let docker: string[];

/** Resolves when it has its network and its rules. */
async function startEngine(): Promise<void> {
  const [program, ...words] = computer.enter;
  // A process namespace of its own: what it starts ends with it.
  const isolated = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const dockerd = `exec dockerd --data-root /var/lib/docker --exec-root /run/docker --pidfile /run/docker.pid --host unix:///run/docker.sock --log-level error`;
  engine = spawn(program, [...words, ...isolated, 'bash', '-c', dockerd], {
    stdio: 'ignore',
    env: { ...process.env, PATH: [...docker, process.env['PATH']].join(':') },
  });
  const ready = `DOCKER_HOST=unix:///run/docker.sock PATH=${docker.join(':')}:$PATH docker version >/dev/null 2>&1 && echo yes || echo no`;
  await expect.poll(() => computer.bash(ready), { timeout: 15_000 }).toBe('yes\n');
}

/** As its service does it: asked to end, and waited for. */
async function stopEngine(): Promise<void> {
  const ended = new Promise((resolve) => engine.once('close', resolve));
  const above = String(engine.pid);
  const dockerd = readFileSync(`/proc/${above}/task/${above}/children`, 'utf8');
  process.kill(Number(dockerd.trim()), 'SIGTERM');
  await ended;
}

const state = (id: string) => app.engine.states().find((one) => one.id === id);
const lives = () => lab.map((id) => state(id)?.life);
const getsThrough = async () => (await computer.bash(reaches)).trim();
const rules = async () =>
  (await computer.bash('iptables-save')).replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, '');

describe.skipIf(whyNoEngine)('a real Docker engine', () => {
  beforeEach(async () => {
    docker = (await bringEngineParts(defaultCacheDir(), () => undefined)).path;
    computer = await makeComputer();
    await computer.bash(`${neighbours}; mount -t tmpfs t /var/lib`);
    tmp = mkdtempSync(path.join(tmpdir(), 'hoplab-docker-'));
    app = startApp(computer.enter, tmp);
    app.transport.privileged?.onFirewall?.(() => void app.engine.refresh());
  });
  afterEach(async () => {
    await app.rights.end();
    const ended = new Promise((resolve) => engine.once('close', resolve));
    if (engine.exitCode === null && engine.kill('SIGKILL')) await ended;
    computer.close();
    rmSync(tmp, { recursive: true });
  });

  it('restarts with forwarding off: it throws away what no rule lets by, and the cards say so by themselves', async () => {
    await startEngine();
    const before = await rules();
    expect(before).toContain(':FORWARD DROP');
    await app.rights.request();
    await app.engine.applyAll(lab);
    expect(await getsThrough()).toBe('yes');
    expect(state('new')?.around?.text).toContain('Docker sets that');

    await computer.bash('iptables -P FORWARD ACCEPT; echo 0 >/proc/sys/net/ipv4/ip_forward');
    await expect
      .poll(() => [state('new')?.around, state('forwarding')?.life])
      .toEqual([null, 'off']);
    await stopEngine();
    await startEngine();
    await expect.poll(() => state('new')?.around?.text).toContain('Docker sets that');
    await expect.poll(lives).toEqual(['on', 'on', 'on', 'on']);
    expect(await getsThrough()).toBe('yes');
    expect(app.news).toEqual([]);

    await app.engine.undoAll();
    expect(await rules()).toBe(before);
  });
});
