/** Checkpoints on a real sandbox: forwards, backwards, and again after the app was gone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { createApp, type HoplabApp } from '../../../main/app.ts';
import type { SessionState } from '../../../main/contract/session.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { inProcessPtyHost } from '../../../main/terminals/client.ts';

const bundledLabs = new URL('../../../labs', import.meta.url).pathname;
const dataDir = mkdtempSync(join(tmpdir(), 'hoplab-checkpoint-'));

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});
afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(): Promise<HoplabApp> {
  const ptyHost = inProcessPtyHost();
  const app = await createApp({
    dataDir,
    cacheDir: defaultCacheDir(),
    bundledLabs,
    build: 'test',
    version: '0',
    electron: '0',
    ptyHost,
    chooseFolder: () => Promise.resolve(null),
    openExternal: () => Promise.resolve(false),
  });
  ends.push(async () => {
    await app.dispose();
    await ptyHost.dispose();
  });
  return app;
}

async function stateOf(app: HoplabApp): Promise<SessionState> {
  const { session } = await app.handlers.app.snapshot();
  if (!session) throw new Error('no lab runs');
  return session;
}

/** The state once it is as wanted; the session announces changes, and is asked here. */
async function until(
  app: HoplabApp,
  what: string,
  test: (state: SessionState) => boolean,
): Promise<SessionState> {
  const end = Date.now() + 15_000;
  for (;;) {
    const state = await stateOf(app);
    if (test(state)) return state;
    if (Date.now() > end)
      throw new Error(
        `${what}: ${JSON.stringify(state.rules.map((rule) => [rule.id, rule.life]))}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const life = (state: SessionState, rule: string): string | undefined =>
  state.rules.find((item) => item.id === rule)?.life;
const steps = { forwarding: 10, established: 12, masquerade: 13 };

it('goes to the start of a step, back, resets, and comes back after a restart', async () => {
  let app = await start();
  await app.handlers.session.open({ labId: '02-host-only', fresh: true });

  await app.handlers.session.goTo({ step: steps.masquerade });
  let state = await until(app, 'forwards', (now) => life(now, 'forward-established') === 'on');
  expect(state.step).toBe(steps.masquerade);
  expect(life(state, 'ip-forward')).toBe('on');
  expect(life(state, 'masquerade')).toBe('off');
  expect(state.nodes.find((node) => node.id === 'boxA')?.life).toBe('running');
  expect(state.steps.slice(0, steps.masquerade).every((step) => step.done)).toBe(true);
  expect(state.steps[steps.masquerade]?.done).toBe(false);

  await app.handlers.rules.apply({ ruleId: 'masquerade' });
  await until(app, 'applied', (now) => life(now, 'masquerade') === 'on');
  await app.handlers.session.resetStep();
  await until(
    app,
    'reset',
    (now) => life(now, 'masquerade') === 'off' && life(now, 'forward-established') === 'on',
  );

  await app.handlers.session.goTo({ step: steps.forwarding });
  state = await until(app, 'backwards', (now) => life(now, 'boxa-default-route') === 'on');
  expect(life(state, 'ip-forward')).toBe('off');
  expect(state.step).toBe(steps.forwarding);

  for (const end of ends.splice(0)) await end();
  app = await start();
  const [, lab] = (await app.handlers.app.snapshot()).labs;
  expect(lab).toMatchObject({ id: '02-host-only', resumeAt: steps.forwarding });
  await app.handlers.session.open({ labId: '02-host-only', fresh: false });
  state = await until(app, 'resumed', (now) => life(now, 'boxa-default-route') === 'on');
  expect(state.step).toBe(steps.forwarding);
  expect(state.nodes.find((node) => node.id === 'boxA')?.life).toBe('running');
}, 120_000);

it('a second lab waits for the first, and an unknown one is refused', async () => {
  const app = await start();
  const opening = app.handlers.session.open({ labId: '01-nat', fresh: false });
  await expect(
    app.handlers.session.open({ labId: '02-host-only', fresh: false }),
  ).rejects.toMatchObject({
    code: 'busy',
  });
  await opening;
  await expect(app.handlers.session.open({ labId: 'nothing', fresh: false })).rejects.toMatchObject(
    {
      code: 'not-found',
    },
  );
  await expect(app.handlers.rules.apply({ ruleId: 'nothing' })).rejects.toMatchObject({
    code: 'not-found',
  });
  await app.handlers.session.open({ labId: '02-host-only', fresh: true });
  expect((await stateOf(app)).labId).toBe('02-host-only');
});
