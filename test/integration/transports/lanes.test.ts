/** The shells that stay on a node: a command that hangs takes its shell with it, and no word can break the framing. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SandboxBackend } from '../../../main/backends/sandbox/sandbox.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { eventually, family } from '../../support/processes.ts';

const task = {
  signal: new AbortController().signal,
  progress: () => undefined,
  log: () => undefined,
};
const loaded = await loadLab(new URL('../../../labs/01-nat', import.meta.url).pathname);
if (!('lab' in loaded)) throw new Error('lab 1 has mistakes');
const { lab } = loaded;
let backend: SandboxBackend;

beforeEach(async () => {
  backend = new SandboxBackend({ cacheDir: defaultCacheDir(), siblings: () => [lab] });
  await backend.up(lab, task);
});
afterEach(() => backend.destroy(lab));

const processes = (): number => family(process.pid).length;

it('a command that does not come back leaves neither itself nor its shell on the node', async () => {
  const host = backend.transport(lab, 'host');
  // The relay of the host's commands is the last to be there: it waits in cat.
  const running = async (): Promise<string> => (await host.exec(['ps', '-eo', 'args'])).stdout;
  await expect.poll(running, { timeout: 5_000 }).toMatch(/^cat$/m);
  const before = processes();
  await expect(host.exec(['sleep', '600'], { timeoutMs: 200 })).rejects.toMatchObject({
    code: 'timed-out',
  });
  await expect.poll(running, { timeout: 5_000 }).not.toMatch(/^sleep 600/m);
  await eventually('no more processes than before', () => processes() <= before, 5_000);
});

it('a word with a NUL is refused, and the next command is answered as itself', async () => {
  const host = backend.transport(lab, 'host');
  await expect(Promise.resolve().then(() => host.exec(['echo', 'a\0b']))).rejects.toThrow();
  expect((await host.exec(['echo', 'after'])).stdout).toBe('after\n');
});

it('output, errors, status and odd words come back whole', async () => {
  const host = backend.transport(lab, 'host');
  const words = ['', ' two  spaces ', 'line\nline', "'", '"$(id)"', '-n', 'é'];
  const { stdout } = await host.exec(['printf', '<%s>', ...words]);
  expect(stdout).toBe(words.map((word) => `<${word}>`).join(''));
  expect(await host.exec(['sh', '-c', 'printf out; printf err >&2; exit 7'])).toEqual({
    code: 7,
    stdout: 'out',
    stderr: 'err',
  });
});
