import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Check } from '../../../main/contract/checks.ts';
import { Operation } from '../../../main/contract/operations.ts';
import { NetworkMode, NodeSpec } from '../../../main/contract/topology.ts';
import { readCatalog } from '../../../main/labs/catalog.ts';
import { loadGlossary } from '../../../main/labs/glossary.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { scanMarkdown } from '../../../main/labs/markdown.ts';
import { newLab } from '../../../main/labs/scaffold.ts';
import { labSchemas } from '../../../main/labs/schema.ts';

const labs = path.join(import.meta.dirname, '../../../labs');
const fixtures = path.join(import.meta.dirname, '../../fixtures/labs');
const scratch = mkdtempSync(path.join(tmpdir(), 'hoplab-catalog-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe('the labs that come with the app', () => {
  it('have no mistakes, and stand in their order', async () => {
    const entries = await readCatalog([labs, path.join(scratch, 'nowhere')]);
    expect(entries.flatMap(({ mistakes }) => mistakes)).toEqual([]);
    expect(entries.slice(0, 2).map(({ id }) => id)).toEqual(['01-nat', '02-host-only']);
  });

  it('link only to terms of the glossary', async () => {
    const { terms, mistakes } = await loadGlossary(labs);
    expect(mistakes).toEqual([]);
    for (const { lab } of await readCatalog([labs])) {
      const used = lab?.steps.flatMap(({ body }) => scanMarkdown(body)) ?? [];
      for (const { kind, name } of used)
        if (kind === 'term') expect(Object.keys(terms)).toContain(name);
    }
  });

  it('have editor schemas that are current', () => {
    for (const [name, text] of Object.entries(labSchemas())) {
      expect(JSON.parse(readFileSync(path.join(labs, name), 'utf8'))).toEqual(JSON.parse(text));
    }
  });
});

describe('the guide for authors', () => {
  it('names every check, operation, network mode and kind of node', () => {
    const guide = readFileSync(path.join(labs, 'README.md'), 'utf8');
    const words = [
      ...Check.options.map((option) => option.shape.check.value),
      ...Operation.options.map((option) => option.shape.do.value),
      ...NetworkMode.options,
      ...NodeSpec.options.map((option) => option.shape.kind.value),
    ];
    for (const word of words) expect(guide).toContain(`\`${word}\``);
  });
});

describe('a catalog of several folders', () => {
  it('shows a broken lab beside the good ones', async () => {
    const entries = await readCatalog([labs, fixtures]);
    expect(entries.find(({ id }) => id === 'broken-yaml')).toMatchObject({ lab: null });
    expect(entries.find(({ id }) => id === 'good')?.lab).not.toBeNull();
    expect(entries[0]?.id).toBe('01-nat');
  });

  it('says so when two folders hold one lab', async () => {
    cpSync(path.join(labs, '01-nat'), path.join(scratch, 'mine/01-nat'), { recursive: true });
    const twice = (await readCatalog([labs, path.join(scratch, 'mine')])).filter(
      ({ id }) => id === '01-nat',
    );
    expect(twice.map(({ lab }) => lab !== null)).toEqual([true, false]);
  });
});

describe('a new lab', () => {
  it('has no mistakes', async () => {
    const dir = path.join(scratch, '03-mine');
    expect(await newLab(dir)).toContain(path.join(dir, 'lab.yaml'));
    expect(await loadLab(dir)).toHaveProperty('lab');
  });

  it('is refused where something is already, and under a name no lab may have', async () => {
    await expect(newLab(labs)).rejects.toThrow(/not empty/);
    await expect(newLab(path.join(scratch, 'My Lab'))).rejects.toThrow(/cannot be/);
  });
});
