/** After a crash: what is still applied to this computer is told at the start, until it is taken back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createApp, type HoplabApp } from '../../../main/app.ts';
import type { Notice } from '../../../main/contract/index.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { Notices } from '../../../main/platform/notices.ts';
import { LeftoverWatch } from '../../../main/rules/elevation/leftover-watch.ts';
import { inProcessPtyHost } from '../../../main/terminals/client.ts';

const title = 'Changes of an earlier run are still applied to this computer';
const folders: string[] = [];
let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with the helper's pending.json, of changes with these letters. */
function pending(letters: string, lab = '02-host-only', uid = process.getuid?.() ?? 0): string {
  const folder = mkdtempSync(join(tmpdir(), 'hoplab-left-'));
  folders.push(folder);
  write(join(folder, 'pending.json'), letters, lab, uid);
  return folder;
}

function write(file: string, letters: string, lab = '02-host-only', uid = process.getuid?.() ?? 0) {
  const entries = Array.from(letters).map((letter) => ({
    change: letter.repeat(16),
    lab,
    rule: 'masquerade',
    says: `iptables -t nat -A POSTROUTING -o ${letter} -j MASQUERADE`,
    uid,
    at: 1_700_000_000,
  }));
  writeFileSync(file, JSON.stringify(entries));
}

async function start(folder: string): Promise<HoplabApp> {
  const ptyHost = inProcessPtyHost();
  const app = await createApp({
    dataDir: join(folder, 'data'),
    cacheDir: defaultCacheDir(),
    bundledLabs: new URL('../../../labs', import.meta.url).pathname,
    build: 'test',
    version: '0',
    electron: '0',
    ptyHost,
    openExternal: () => Promise.resolve(false),
    chooseFolder: () => Promise.resolve(null),
    leftovers: join(folder, 'pending.json'),
  });
  ends.push(async () => {
    await app.dispose();
    await ptyHost.dispose();
  });
  return app;
}

it('says at the start what is left, line by line, and both ways out', async () => {
  const app = await start(pending('ab'));
  const { notices, leftovers } = await app.handlers.app.snapshot();
  expect(leftovers).toBe(2);
  expect(notices).toMatchObject([
    {
      tone: 'warning',
      title,
      text: 'Hoplab ended before it could take them back. Open “Host-only networking” on “This computer” and allow changes: that takes them back. Or type hoplab undo-all in a terminal.',
      detail:
        'iptables -t nat -A POSTROUTING -o a -j MASQUERADE\niptables -t nat -A POSTROUTING -o b -j MASQUERADE',
    },
  ]);
});

it.each([
  ['nothing is left', '[]'],
  ['the file is not the helper’s', '[{"change": "../../etc"}]'],
  ['the file is broken', '{'],
])('says nothing where %s', async (_, text) => {
  const folder = pending('');
  writeFileSync(join(folder, 'pending.json'), text);
  const app = await start(folder);
  expect(await app.handlers.app.snapshot()).toMatchObject({ notices: [], leftovers: 0 });
});

function watchOn(folder: string): {
  watch: LeftoverWatch;
  shown: () => Notice[];
  counts: number[];
} {
  const notices = new Notices(() => undefined);
  const counts: number[] = [];
  const watch = new LeftoverWatch({
    file: join(folder, 'pending.json'),
    notices,
    titleOf: (id) => (id === '02-host-only' ? 'Host-only networking' : null),
    changed: (count) => counts.push(count),
  });
  return { watch, shown: () => notices.list, counts };
}

it('follows what is taken back, does not count what this run adds, and goes when nothing is left', async () => {
  const folder = pending('ab');
  const file = join(folder, 'pending.json');
  const { watch, shown, counts } = watchOn(folder);
  await watch.look();
  write(file, 'bc');
  await watch.look();
  expect(shown()).toMatchObject([{ title, detail: expect.stringContaining('-o b') as string }]);
  expect(shown()[0]?.detail).not.toContain('\n');
  write(file, 'c');
  await watch.look();
  expect(shown()).toEqual([]);
  write(file, 'abc');
  await watch.look();
  expect(counts).toEqual([2, 1, 0]);
  expect(watch.count).toBe(0);
});

it('offers a lab only where opening it can help', async () => {
  const gone = watchOn(pending('a', 'removed-lab'));
  await gone.watch.look();
  expect(gone.shown()[0]?.text).toBe(
    'Hoplab ended before it could take them back. Type hoplab undo-all in a terminal.',
  );
});
