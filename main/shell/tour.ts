/**
 * The guided tour: the real window does a whole lab by itself, step by step, types every command where a
 * learner would, says each check as it passes and keeps a picture of every step. For machines without a
 * display, for installed builds no test tool can drive, and for who wants to see before they try.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import type { AppHandlers } from '../contract/index.ts';
import type { SessionState } from '../contract/session.ts';

export interface TourOptions {
  labId: string;
  /** Steps to do; all when not given. */
  steps?: number;
  /** Where the pictures go. */
  folder: string;
  window: BrowserWindow;
  handlers: AppHandlers;
  say(line: string): void;
}

const stepMs = 60_000;
/** Long enough for the window to paint what was pushed to it. */
const paintMs = 250;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves with whether every check passed. Stops the lab at the end, whatever happened. */
export async function runTour(options: TourOptions): Promise<boolean> {
  const { handlers, say, folder, labId } = options;
  await mkdir(folder, { recursive: true });
  await handlers.settings.set({ introSeen: true });
  const backend = await place(handlers);
  say(`The tour of ${labId} ${where[backend]}; pictures go to ${folder}`);
  let good = true;
  try {
    await handlers.session.open({ labId, fresh: true, backend });
    const total = (await state(handlers)).steps.length;
    const count = Math.min(options.steps ?? total, total);
    for (let index = 0; index < count; index += 1) good = (await tourStep(index, options)) && good;
  } finally {
    await handlers.session.close();
  }
  say(good ? 'The tour is over: every check passed.' : 'The tour is over: not every check passed.');
  return good;
}

const where = { sandbox: 'in the sandbox', docker: 'in Docker' };

/** Where the learner runs labs, unless that is their own computer: nobody is there to allow a change of it. */
async function place(handlers: AppHandlers): Promise<keyof typeof where> {
  const { settings } = await handlers.app.snapshot();
  return settings.backend === 'docker' ? 'docker' : 'sandbox';
}

async function state(handlers: AppHandlers): Promise<SessionState> {
  const { session } = await handlers.app.snapshot();
  if (!session) throw new Error('the lab has ended');
  return session;
}

async function tourStep(
  index: number,
  { handlers, say, window, folder }: TourOptions,
): Promise<boolean> {
  await handlers.session.show({ step: index });
  const { title } = (await state(handlers)).steps[index] ?? { title: '' };
  say(`${String(index + 1)}. ${title}`);
  const trouble = await handlers.session.showMe({ step: index }).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const said = new Set<string>();
  const end = Date.now() + stepMs;
  for (;;) {
    const checks = (await state(handlers)).steps[index]?.checks ?? [];
    for (const check of checks) {
      if (check.status !== 'passed' || said.has(check.id)) continue;
      said.add(check.id);
      say(`   ok  ${check.say}`);
    }
    const open = checks.filter((check) => check.status !== 'passed');
    if (open.length === 0 || trouble !== null || Date.now() > end) {
      await picture(index, title, window, folder);
      for (const check of open) say(`   BAD ${check.say}: ${check.found}`);
      if (trouble !== null) say(`   BAD ${trouble}`);
      return open.length === 0 && trouble === null;
    }
    await pause(100);
  }
}

async function picture(
  index: number,
  title: string,
  window: BrowserWindow,
  folder: string,
): Promise<void> {
  await pause(paintMs);
  const image = await window.webContents.capturePage();
  const name = `${String(index + 1).padStart(2, '0')}-${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.png`;
  await writeFile(join(folder, name), image.toPNG());
}
