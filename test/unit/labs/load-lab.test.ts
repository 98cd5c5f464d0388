import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  cpSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadLab } from '../../../main/labs/load-lab.ts';

const root = path.join(import.meta.dirname, '../../fixtures/labs');
const scratch = mkdtempSync(path.join(tmpdir(), 'hoplab-labs-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

async function mistakesOf(dir: string): Promise<string[]> {
  const loaded = await loadLab(dir);
  if ('lab' in loaded) return [];
  return loaded.mistakes.map((m) => `${m.file}:${m.line}:${m.column}: ${m.message}`);
}

describe('every mistake a lab can hold', () => {
  it.each(readdirSync(root))('%s', async (name) => {
    const expected = readFileSync(path.join(root, name, 'expected.txt'), 'utf8').trim();
    expect((await mistakesOf(path.join(root, name))).join('\n')).toBe(expected);
  });
});

describe('a lab without mistakes', () => {
  it('comes with its steps, bodies and defaults', async () => {
    const loaded = await loadLab(path.join(root, 'good'));
    if (!('lab' in loaded)) throw new Error('mistakes');
    expect(loaded.lab.steps[0]).toMatchObject({ title: 'One', file: 'steps/01-one.md' });
    expect(loaded.lab.steps[0]?.body).toContain('{{wire.host}}');
    expect(loaded.lab.nodes.boxA).toMatchObject({ kind: 'machine', resolver: true, files: [] });
  });
});

describe('files that should not be read', () => {
  const copy = (name: string) => {
    const dir = path.join(scratch, name, 'good');
    cpSync(path.join(root, 'good'), dir, { recursive: true });
    return dir;
  };

  it('refuses a huge file by its size', async () => {
    const dir = copy('huge');
    truncateSync(path.join(dir, 'lab.yaml'), 10 * 1024 * 1024);
    expect(await mistakesOf(dir)).toEqual(['lab.yaml:1:1: lab.yaml is 10240 kB, more than 256 kB']);
  });

  it('refuses a lab.yaml that is a link to another place', async () => {
    const dir = copy('linked');
    rmSync(path.join(dir, 'lab.yaml'));
    symlinkSync('/etc/passwd', path.join(dir, 'lab.yaml'));
    expect(await mistakesOf(dir)).toEqual(["lab.yaml:1:1: lab.yaml leads out of the lab's folder"]);
  });

  it('does not follow a steps folder that leads out', async () => {
    const dir = copy('steps');
    rmSync(path.join(dir, 'steps'), { recursive: true });
    symlinkSync('/etc', path.join(dir, 'steps'));
    expect(await mistakesOf(dir)).toEqual(['lab.yaml:1:1: the lab has no steps (steps/01-….md)']);
  });

  it('answers for a folder that is not there, and for one that is a file', async () => {
    expect(await mistakesOf(path.join(scratch, 'nowhere'))).toHaveLength(2);
    writeFileSync(path.join(scratch, 'file'), 'x');
    expect(await mistakesOf(path.join(scratch, 'file'))).toHaveLength(2);
  });

  it('refuses what is not UTF-8', async () => {
    const dir = copy('latin');
    writeFileSync(
      path.join(dir, 'steps/01-one.md'),
      Buffer.from('---\ntitle: caf\xe9\n', 'latin1'),
    );
    expect(await mistakesOf(dir)).toEqual([
      'steps/01-one.md:1:1: steps/01-one.md is not UTF-8 text',
    ]);
  });
});
