/** Whatever the files hold, the loader answers with mistakes; it never throws. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LabFile, StepFront } from '../../../main/contract/lab.ts';
import { validate } from '../../../main/labs/issues.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { splitFront } from '../../../main/labs/load-step.ts';
import { scanMarkdown } from '../../../main/labs/markdown.ts';
import { parseYaml } from '../../../main/labs/yaml-source.ts';

const labs = path.join(import.meta.dirname, '../../../labs');
const labYaml = readFileSync(path.join(labs, '02-host-only/lab.yaml'), 'utf8');
const step = readFileSync(path.join(labs, '02-host-only/steps/14-masquerade.md'), 'utf8');

const dir = path.join(mkdtempSync(path.join(tmpdir(), 'hoplab-garbage-')), 'lab');
mkdirSync(path.join(dir, 'steps'), { recursive: true });
afterAll(() => {
  rmSync(path.dirname(dir), { recursive: true });
});

/** A text with some of its pieces cut out, doubled or replaced. */
const mutated = (text: string) =>
  fc
    .array(
      fc.record({
        at: fc.nat(text.length),
        cut: fc.nat(40),
        put: fc.oneof(
          fc.string({ maxLength: 12 }),
          fc.constantFrom(
            '{',
            '[',
            ': ',
            '- ',
            '&a ',
            '*a',
            '!!x ',
            '\t',
            '"',
            '|\n',
            '---\n',
            '? ',
          ),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((edits) =>
      edits.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), text),
    );

function everyMistakeHasAPlace(text: string, schema: typeof LabFile | typeof StepFront): void {
  const lines = text.split('\n').length + 1;
  const { data, mistakes } = validate(schema, parseYaml(text), 'f');
  expect(data === undefined).toBe(mistakes.length > 0);
  for (const { line, column, message } of mistakes) {
    expect(line).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toBe('');
  }
}

describe('garbage', () => {
  it('in YAML is a mistake with a place', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(labYaml), fc.string({ maxLength: 300 })), (text) => {
        everyMistakeHasAPlace(text, LabFile);
      }),
      { numRuns: 300 },
    );
  });

  it('in front matter is a mistake with a place', () => {
    fc.assert(
      fc.property(mutated(step), (text) => {
        const parts = splitFront(text);
        if (typeof parts === 'string') return;
        everyMistakeHasAPlace(parts.front, StepFront);
        scanMarkdown(parts.body);
      }),
      { numRuns: 300 },
    );
  });

  it('nested without end is a mistake', () => {
    expect(parseYaml('['.repeat(100_000)).mistakes).not.toHaveLength(0);
    expect(parseYaml('{a: '.repeat(20_000)).mistakes).not.toHaveLength(0);
  });

  it('in a folder never makes the loader throw', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(labYaml), mutated(step), async (yaml, text) => {
        writeFileSync(path.join(dir, 'lab.yaml'), yaml);
        writeFileSync(path.join(dir, 'steps/01-one.md'), text);
        const loaded = await loadLab(dir);
        expect('lab' in loaded || loaded.mistakes.length > 0).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
