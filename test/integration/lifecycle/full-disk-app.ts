/** The app's core on a data folder that has just become full. Built and started by full-disk.test.ts; prints what happened. */
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../../main/app.ts';
import { toFailure } from '../../../main/contract/failure.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import type { PtyHostClient } from '../../../main/terminals/client.ts';

export interface Report {
  fontSize: number | undefined;
  openedAt: number | null;
  notices: { tone: string; title: string; text: string }[];
  /** What applying the rule or taking it back rejected with, or null, and the rule's life after each. */
  rule: { error: string | null; lives: string[] };
  /** After there was room again. */
  saved: { fontSize: number; note: string };
}

const [dataDir = '', bundledLabs = ''] = process.argv.slice(2);

/** Shells that never say anything: files are what this is about. */
const noShells: PtyHostClient = {
  open: () => undefined,
  input: () => undefined,
  close: () => undefined,
  tap: () => undefined,
  onEvent: () => () => undefined,
  dispose: () => Promise.resolve(),
};

function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  for (const size of [4096, 1]) {
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(size));
    } catch {
      // ENOSPC: nothing of this size fits any more.
    }
  }
  closeSync(descriptor);
}

async function main(): Promise<Report> {
  const app = await createApp({
    dataDir,
    cacheDir: defaultCacheDir(),
    bundledLabs,
    build: 'test',
    version: '0',
    electron: '0',
    ptyHost: noShells,
    chooseFolder: () => Promise.resolve(null),
    openExternal: () => Promise.resolve(false),
  });
  const { handlers } = app;
  const noticed = async (title: string): Promise<void> => {
    const end = Date.now() + 10_000;
    for (;;) {
      const { notices } = await handlers.app.snapshot();
      if (notices.some((notice) => notice.title.includes(title)) || Date.now() > end) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await handlers.settings.set({ fontSize: 14 });
  const filler = join(dataDir, 'filler');
  fill(filler);

  const { fontSize } = await handlers.settings.set({ fontSize: 20 });
  await noticed('settings');
  await handlers.session.open({ labId: '02-host-only', fresh: false });
  await handlers.session.show({ step: 3 });
  await handlers.session.note({ text: 'on a full disk' });
  await noticed('progress');
  const ruleId = 'ip-forward';
  const lives: string[] = [];
  const then = async (): Promise<void> => {
    const { session } = await handlers.app.snapshot();
    lives.push(session?.rules.find(({ id }) => id === ruleId)?.life ?? '');
  };
  const error = await handlers.rules
    .apply({ ruleId })
    .then(then)
    .then(() => handlers.rules.undo({ ruleId }))
    .then(then)
    .then(
      () => null,
      (reason: unknown) => toFailure(reason).message,
    );
  const { notices, session } = await handlers.app.snapshot();

  rmSync(filler);
  await handlers.settings.set({ fontSize: 21 });
  await handlers.session.note({ text: 'room again' });
  await app.dispose();
  const read = (...names: string[]): Record<string, unknown> =>
    JSON.parse(readFileSync(join(dataDir, ...names), 'utf8')) as Record<string, unknown>;
  const [progress = ''] = readdirSync(join(dataDir, 'progress')).filter((name) =>
    name.endsWith('.json'),
  );
  return {
    fontSize,
    openedAt: session?.step ?? null,
    notices,
    rule: { error, lives },
    saved: {
      fontSize: Number(read('settings.json')['fontSize']),
      note: String(read('progress', progress)['note']),
    },
  };
}

void main().then(
  (report) => {
    process.stdout.write(JSON.stringify(report), () => process.exit(0));
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
