import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCatalog } from '../../../main/labs/catalog.ts';
import { ReadMemory } from '../../../main/labs/read-memory.ts';

let scratch: string;
let kept: string;
let lab: string;
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'hoplab-memory-'));
  kept = path.join(scratch, 'kept');
  lab = path.join(scratch, 'labs/01-nat');
  cpSync(path.join(import.meta.dirname, '../../../labs/01-nat'), lab, { recursive: true });
});
afterEach(() => {
  rmSync(scratch, { recursive: true });
});

/** How often the files were read when asked once more. */
async function reads(memory: ReadMemory): Promise<number> {
  let count = 0;
  await memory.recall(lab, () => {
    count += 1;
    return Promise.resolve({ any: 'thing' });
  });
  return count;
}

const anew = (build = 'one') => new ReadMemory(kept, build);
const keptFile = () => path.join(kept, readdirSync(kept)[0] ?? '');

it('says of a lab what reading it says, and does not read it twice', async () => {
  const folders = [path.dirname(lab)];
  const read = await readCatalog(folders);
  expect(await readCatalog(folders, anew())).toEqual(read);
  expect(await readCatalog(folders, anew())).toEqual(read);
  expect(read[0]?.lab?.steps.length).toBe(11);
  expect(await reads(anew())).toBe(0);
});

it('keeps mistakes too, with their places', async () => {
  appendFileSync(path.join(lab, 'lab.yaml'), '\nnonsense: 1\n');
  const read = await readCatalog([path.dirname(lab)]);
  expect(read[0]?.mistakes).not.toEqual([]);
  expect(await readCatalog([path.dirname(lab)], anew())).toEqual(read);
  expect(await readCatalog([path.dirname(lab)], anew())).toEqual(read);
});

it.each([
  ['a changed file', () => appendFileSync(path.join(lab, 'lab.yaml'), ' ')],
  [
    'a change that leaves the size',
    () => {
      const file = path.join(lab, 'lab.yaml');
      writeFileSync(file, readFileSync(file, 'utf8').replace('01-nat', '01-nut'));
    },
  ],
  ['a new file', () => writeFileSync(path.join(lab, 'steps/12-more.md'), '')],
  ['a file less', () => rmSync(path.join(lab, 'steps/11-clean-up.md'))],
])('reads again after %s', async (_what, change) => {
  await reads(anew());
  expect(await reads(anew())).toBe(0);
  change();
  expect(await reads(anew())).toBe(1);
});

it('reads again for another build of the program', async () => {
  await reads(anew());
  expect(await reads(anew('two'))).toBe(1);
});

it.each([
  ['torn', () => truncateSync(keptFile(), 40)],
  [
    'changed',
    () => writeFileSync(keptFile(), readFileSync(keptFile(), 'utf8').replace('thing', 'other')),
  ],
  ['empty', () => writeFileSync(keptFile(), '')],
  ['of another shape', () => writeFileSync(keptFile(), '{"key":1}')],
])('reads again when what was kept is %s', async (_, spoil) => {
  await reads(anew());
  spoil();
  expect(await reads(anew())).toBe(1);
  expect(await reads(anew())).toBe(0);
});

it('never keeps what a link leads to, because that can change without a trace here', async () => {
  symlinkSync('/etc/hostname', path.join(lab, 'files-link'));
  expect(await reads(anew())).toBe(1);
  expect(await reads(anew())).toBe(1);
});

it('goes on without a place to keep anything', async () => {
  writeFileSync(kept, 'a file where the folder should be');
  expect(await reads(anew())).toBe(1);
  expect((await readCatalog([path.dirname(lab)], anew()))[0]?.lab).not.toBeNull();
});
