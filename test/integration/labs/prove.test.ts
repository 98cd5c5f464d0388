/** Every bundled lab proves itself: checks fail before a step's solution and pass after it, and nothing is left. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, hoplab, people, projectRoot, type Person } from '../../support/person.ts';

interface Proof {
  ok: boolean;
  baseline: unknown;
  steps: {
    title: string;
    ok: boolean;
    error: string | null;
    checks: { id: string; before: string; after: string }[];
  }[];
}

const labs = readdirSync(join(projectRoot, 'labs'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

beforeAll(buildApp, 120_000);

describe.each(people().map((person) => [person.who, person] as const))(
  'as %s',
  (_, person: Person) => {
    afterAll(() => {
      person.dispose();
    });

    it.each(labs)(
      '%s',
      async (lab) => {
        const { code, stdout, stderr } = await hoplab(person, 'prove', `labs/${lab}`, '--json');
        expect(stdout, stderr).not.toBe('');
        const proof = JSON.parse(stdout) as Proof;
        expect(proof.steps.filter((step) => !step.ok)).toEqual([]);
        expect(
          proof.steps
            .flatMap((step) => step.checks)
            .filter((check) => check.before === 'passed' || check.after !== 'passed'),
        ).toEqual([]);
        expect(proof).toMatchObject({ ok: true, baseline: 'identical' });
        expect(code).toBe(0);
      },
      120_000,
    );
  },
);
