/** Whatever shell the learner likes: the app hears what was typed, how it ended, and when the prompt is back. */
import { existsSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { SandboxBackend } from '../../../main/backends/sandbox/sandbox.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { inProcessPtyHost, type PtyEvent } from '../../../main/terminals/client.ts';

const task = {
  signal: new AbortController().signal,
  progress: () => undefined,
  log: () => undefined,
};
const loaded = await loadLab(new URL('../../../labs/01-nat', import.meta.url).pathname);
if (!('lab' in loaded)) throw new Error('lab 1 has mistakes');
const { lab } = loaded;
const shells = ['bash', 'zsh', 'fish'].filter(
  (name) => name === 'bash' || existsSync(`/usr/bin/${name}`),
);

let end: () => Promise<unknown> = () => Promise.resolve();
afterEach(() => end());

it.each(shells)('%s', async (shell) => {
  const backend = new SandboxBackend({
    cacheDir: defaultCacheDir(),
    siblings: () => [lab],
    shell: () => shell,
  });
  const ptyHost = inProcessPtyHost();
  end = async () => {
    await backend.destroy(lab);
    await ptyHost.dispose();
  };
  await backend.up(lab, task, { machines: true });
  const events: PtyEvent[] = [];
  const next = (test: (event: PtyEvent) => boolean): Promise<PtyEvent> =>
    new Promise((resolve) => {
      const stop = ptyHost.onEvent((event) => {
        events.push(event);
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
    const again = next((event) => event.type === 'prompt' && event.id === node);
    ptyHost.input(node, 'sh -c "exit 3"\r');
    expect(await ran).toMatchObject({ node, command: 'sh -c "exit 3"', exit: 3 });
    await again;
  }
  expect(
    events.filter((event) => event.type === 'ran' && event.exit === -1).length,
  ).toBeGreaterThan(0);
});
