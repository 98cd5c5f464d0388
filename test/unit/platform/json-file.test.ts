/** Settings and progress: a broken file is put aside and said, never fatal, and never lost. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Settings, SettingsChange } from '../../../main/contract/settings.ts';
import { loadJson, saveJson } from '../../../main/platform/json-file.ts';
import { SettingsStore } from '../../../main/platform/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoplab-json-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('without a file: the defaults', async () => {
  const { value, putAside } = await loadJson(join(folder, 'none.json'), Settings);
  expect(value).toMatchObject({ theme: 'system', onCommandClick: 'insert' });
  expect(putAside).toBeNull();
});

test('what was written is read again', async () => {
  const file = join(folder, 'a', 'b.json');
  await saveJson(file, { version: 1, theme: 'dark' });
  expect((await loadJson(file, Settings)).value.theme).toBe('dark');
  expect(readdirSync(join(folder, 'a'))).toEqual(['b.json']);
});

test('any broken file is put aside whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string(), fc.json()),
      fc.integer({ min: 1 }),
      async (text, now) => {
        const file = join(folder, 'broken.json');
        writeFileSync(file, text);
        const { putAside } = await loadJson(file, Settings, now);
        if (putAside) expect(readFileSync(putAside, 'utf8')).toBe(text);
      },
    ),
    { numRuns: 40 },
  );
});

test('the store says where it put a broken file, and goes on', async () => {
  writeFileSync(join(folder, 'settings.json'), '{ "theme": 7');
  const store = await SettingsStore.open(folder, () => undefined);
  expect(store.putAside).toMatch(/settings\.json\.broken-\d+$/);
  store.set({ fontSize: 20 });
  await store.settled();
  expect((await SettingsStore.open(folder, () => undefined)).get().fontSize).toBe(20);
});

test('a change of one setting leaves the others alone', () => {
  expect(SettingsChange.parse({ theme: 'dark' })).toEqual({ theme: 'dark' });
});
