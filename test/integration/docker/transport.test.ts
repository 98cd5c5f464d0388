/** A node that is a container, through its transport: as the sandbox's, and nothing goes on there that was ended here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerBackend } from '../../../main/backends/docker/docker.ts';
import { toFailure } from '../../../main/contract/failure.ts';
import type { Lab } from '../../../main/contract/lab.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { inProcessPtyHost, type PtyEvent } from '../../../main/terminals/client.ts';
import type { NodeTransport } from '../../../main/transports/entered.ts';
import { startEngine, whyNoEngine, type TestEngine } from '../../support/docker-engine.ts';

const task = {
  signal: new AbortController().signal,
  progress: () => undefined,
  log: () => undefined,
};

describe.skipIf(whyNoEngine)(`containers${whyNoEngine ? `: ${whyNoEngine}` : ''}`, () => {
  let engine: TestEngine;
  let backend: DockerBackend;
  let lab: Lab;
  let host: NodeTransport;

  beforeAll(async () => {
    engine = await startEngine();
    const loaded = await loadLab(new URL('../../../labs/02-host-only', import.meta.url).pathname);
    if (!('lab' in loaded)) throw new Error('lab 2 has mistakes');
    ({ lab } = loaded);
    backend = new DockerBackend({
      siblings: () => [lab],
      env: engine.env,
      image: { base: 'hoplab-test-base', network: 'none' },
    });
    await backend.up(lab, task, { machines: true });
    host = backend.transport(lab, 'host');
  }, 180_000);

  afterAll(async () => {
    await backend.destroy(lab);
    await engine.dispose();
  });

  const running = async (): Promise<string> => (await host.exec(['ps', '-eo', 'args'])).stdout;

  it('output, errors, status and odd words come back whole', async () => {
    const words = ['', ' two  spaces ', 'line\nline', "'", '"$(id)"', '-n', 'é'];
    const { stdout } = await host.exec(['printf', '<%s>', ...words]);
    expect(stdout).toBe(words.map((word) => `<${word}>`).join(''));
    const script = ['sh', '-c', 'printf out; printf err >&2; exit 7'] as const;
    const expected = { code: 7, stdout: 'out', stderr: 'err' };
    expect(await host.exec(script)).toEqual(expected);
    expect(await host.exec(script, { as: 'user' })).toEqual(expected);
    expect(await host.exec(['cat'], { input: 'in\n' })).toMatchObject({ stdout: 'in\n' });
    expect((await host.exec(['id', '-un'])).stdout).toBe('root\n');
    expect((await host.exec(['id', '-un'], { as: 'user' })).stdout).toBe('learner\n');
    expect((await host.exec(['no-such-program'])).code).toBe(127);
  });

  it.each(['root', 'user'] as const)('what %s runs too long is ended there', async (as) => {
    const waiting = host.exec(['sleep', '600'], { timeoutMs: 700, as });
    await expect(waiting).rejects.toMatchObject({ code: 'timed-out' });
    await expect.poll(running, { timeout: 5_000 }).not.toMatch(/^sleep 600/m);
  });

  it('what is cancelled, and a monitor that is ended, go on nowhere', async () => {
    const cancel = new AbortController();
    const waiting = host.exec(['sleep', '601'], { signal: cancel.signal });
    const monitor = host.spawn(['ip', 'monitor', 'link']);
    await expect
      .poll(running, { timeout: 5_000 })
      .toMatch(/^sleep 601[\s\S]*^ip monitor|^ip monitor[\s\S]*^sleep 601/m);
    cancel.abort();
    monitor.kill();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(running, { timeout: 5_000 }).not.toMatch(/^(sleep 601|ip monitor)/m);
  });

  it('a word with a NUL is refused, and the next command is answered as itself', async () => {
    await expect(host.exec(['echo', 'a\0b'])).rejects.toMatchObject({ code: 'bad-request' });
    expect((await host.exec(['echo', 'after'])).stdout).toBe('after\n');
  });

  it('a monitor hears what happens', async () => {
    const monitor = host.spawn(['ip', 'monitor', 'link']);
    const heard = new Promise<string>((resolve) => {
      monitor.stdout.once('data', (data: Buffer) => {
        resolve(data.toString());
      });
    });
    await expect.poll(running, { timeout: 5_000 }).toMatch(/^ip monitor/m);
    await host.exec(['ip', 'link', 'set', 'docker0', 'down']);
    expect(await heard).toContain('docker0');
    await host.exec(['ip', 'link', 'set', 'docker0', 'up']);
    monitor.kill();
  });

  it('terminals tell what was typed; when they are closed, what ran in them ends', async () => {
    const ptyHost = inProcessPtyHost();
    const next = (test: (event: PtyEvent) => boolean): Promise<PtyEvent> =>
      new Promise((resolve) => {
        const stop = ptyHost.onEvent((event) => {
          if (!test(event)) return;
          stop();
          resolve(event);
        });
      });
    for (const node of ['host', 'boxA']) {
      const spec = await backend.transport(lab, node).shell();
      const prompt = next((event) => event.type === 'prompt' && event.id === node);
      ptyHost.open(node, spec, { columns: 100, rows: 30 });
      await prompt;
      const ran = next((event) => event.type === 'ran' && event.id === node && event.exit >= 0);
      ptyHost.input(node, 'sudo sh -c "exit 3"\r');
      expect(await ran).toMatchObject({ node, command: 'sudo sh -c "exit 3"', exit: 3 });
    }
    expect((await backend.transport(lab, 'boxA').shell()).path).toBe('ssh 127.0.0.1:2222');
    const begun = next((event) => event.type === 'ran' && event.id === 'host');
    ptyHost.input('host', 'sleep 602\r');
    await begun;
    await expect.poll(running, { timeout: 5_000 }).toMatch(/^sleep 602/m);
    await ptyHost.dispose();
    await expect
      .poll(running, { timeout: 5_000 })
      .not.toMatch(/^(sleep 602|-?bash -l|\/bin\/bash -l|ssh -t)/m);
  });

  it('no node can reach the engine’s machine: its settings, its devices, its processes', async () => {
    const refused = async (...argv: [string, ...string[]]) =>
      expect((await host.exec(argv)).code, argv.join(' ')).not.toBe(0);
    await refused('sh', '-c', 'echo 1 >/proc/sys/kernel/sysrq');
    await refused('mount', '-t', 'tmpfs', 'tmpfs', '/mnt');
    await refused('mknod', '/tmp/disk', 'b', '8', '0');
    await refused('unshare', '--net', 'true');
    expect((await host.exec(['sysctl', '-w', 'net.ipv4.ip_forward=0'])).code).toBe(0);
    expect((await host.exec(['ps', '-e', '-o', 'comm='])).stdout).not.toContain('dockerd');
    const { stdout } = await host.exec(['sh', '-c', 'cat /proc/[0-9]*/status']);
    // SYS_ADMIN is bit 21: nobody a node can see has it.
    for (const [, mask = '0'] of stdout.matchAll(/^CapPrm:\s*([0-9a-f]+)$/gm))
      expect(BigInt(`0x${mask}`) & (1n << 21n)).toBe(0n);
  });

  it('docker exec typed on the host runs in the container, with its output and a terminal', async () => {
    const script = `docker run -d --rm --name web nginx:latest >/dev/null
docker exec web hostname; script -qec 'docker exec -it web tty' /dev/null; docker exec web sh -c 'exit 5'; echo $?; printf 'cat /etc/hostname\\n' | docker exec -i web sh; docker stop web`;
    const { stdout, stderr } = await host.exec(['bash', '-lc', script], { as: 'user' });
    expect(stdout, stderr).toMatch(/^([0-9a-f]{12})\n\/dev\/pts\/\d+\r*\n(?:\^@)?5\n\1\nweb\n$/);
  });

  it('a halted machine keeps its files; one whose first process is killed is said to have died', async () => {
    const boxA = () => backend.transport(lab, 'boxA');
    await boxA().exec(['sh', '-c', 'echo mine >/home/vagrant/kept']);
    await backend.halt(lab, task);
    await expect(Promise.resolve().then(() => boxA().exec(['true']))).rejects.toMatchObject({
      code: 'node-down',
    });
    await backend.up(lab, task, { machines: true });
    expect((await boxA().exec(['cat', '/home/vagrant/kept'])).stdout).toBe('mine\n');
    const name = await engine.docker('ps', '--quiet', '--filter', 'label=hoplab.node=boxA');
    await engine.docker('kill', name);
    await expect
      .poll(async () => (await backend.status(lab)).find((node) => node.id === 'boxA')?.life)
      .toBe('died');
  });

  it('a start that is cancelled leaves nothing', async () => {
    const sessions = async () => {
      const lines = await engine.docker('ps', '-a', '--format', '{{.Label "hoplab.session"}}');
      return new Set(lines.split('\n')).size;
    };
    const outcomes: string[] = [];
    for (const afterMs of [50, 250, 450, 650]) {
      const cancel = new AbortController();
      const other = new DockerBackend({
        siblings: () => [lab],
        env: engine.env,
        image: { base: 'hoplab-test-base', network: 'none' },
      });
      const starting = other.up(lab, { ...task, signal: cancel.signal }, { machines: false });
      setTimeout(() => {
        cancel.abort();
      }, afterMs);
      outcomes.push(
        await starting.then(
          () => other.destroy(lab).then(() => 'too late'),
          (error: unknown) => toFailure(error).code,
        ),
      );
      expect(await sessions()).toBe(1);
    }
    expect(outcomes[0]).toBe('cancelled');
    expect(outcomes.filter((outcome) => !['cancelled', 'too late'].includes(outcome))).toEqual([]);
  });
});
