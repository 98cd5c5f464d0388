import { describe, expect, test } from 'vitest';
import type { Lab } from '../../../main/contract/lab.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { failed, passed } from '../../../main/session/checks/outcome.ts';
import { emptyProgress } from '../../../main/session/progress.ts';
import { StepBook } from '../../../main/session/step-book.ts';

const result = await loadLab(new URL('../../../labs/02-host-only', import.meta.url).pathname);
if (!('lab' in result)) throw new Error('lab 2 has mistakes');
const lab: Lab = result.lab;
const plain = (text: string): string => text;

function bookAt(index: number): StepBook {
  const book = new StepBook(lab, emptyProgress());
  book.show(index);
  return book;
}

const forwarding = lab.steps.findIndex((step) =>
  step.checks.some(
    (check) => check.check === 'sysctl' || (check.check === 'rule' && check.rule === 'ip-forward'),
  ),
);

describe('checks', () => {
  test('an edge check stays passed, a level check mirrors the present', () => {
    const book = bookAt(forwarding);
    for (const check of book.step.checks) book.record(check, passed(null, 'x'));
    for (const check of book.step.checks) book.record(check, failed(null, 'x', 'y', 'differs'));
    for (const state of book.states(plain)[forwarding]!.checks) {
      const { mode } = book.step.checks.find((check) => check.id === state.id)!;
      expect(state.status).toBe(mode === 'edge' ? 'passed' : 'failed');
    }
  });

  test('a step once done stays done', () => {
    const book = bookAt(forwarding);
    for (const check of book.step.checks) book.record(check, passed(null, 'x'));
    expect(book.states(plain)[forwarding]!.done).toBe(true);
    for (const check of book.step.checks) book.record(check, failed(null, 'x', 'y', 'differs'));
    expect(book.states(plain)[forwarding]!.done).toBe(true);
  });

  test('going back forgets what came after, and nothing before', () => {
    const book = bookAt(1);
    for (const check of book.step.checks) book.record(check, passed(null, 'x'));
    book.show(2);
    for (const check of book.step.checks) book.record(check, passed(null, 'x'));
    book.reopen(2);
    expect(
      book
        .states(plain)
        .map((step) => step.done)
        .slice(0, 4),
    ).toEqual([true, true, false, false]);
  });
});

test('a prediction’s answer is shown only after a choice, and the first choice counts', () => {
  const index = lab.steps.findIndex((step) => step.predictions.length > 0);
  const book = bookAt(index);
  const { id } = book.step.predictions[0]!;
  expect(book.states(plain)[index]!.predictions[0]).toMatchObject({
    chosen: null,
    answer: null,
    because: null,
  });
  book.choose(id, 0);
  book.choose(id, 1);
  expect(book.states(plain)[index]!.predictions[0]).toMatchObject({
    chosen: 0,
    answer: lab.steps[index]!.predictions[0]!.answer,
  });
});

test('a command that began and ended is one command', () => {
  const book = bookAt(0);
  book.recordRan('host', 'vagrant up', null);
  book.recordRan('host', 'vagrant up', 0);
  expect(book.ran).toEqual([{ node: 'host', command: 'vagrant up', exit: 0 }]);
});
