/** What is asked before a lab opens: marked, answered, remembered, given up. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Question } from '../../../main/contract/questions.ts';
import { AnswerMemory } from '../../../main/session/answer-memory.ts';
import { Questions } from '../../../main/session/questions.ts';

const folder = mkdtempSync(join(tmpdir(), 'hl-answers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fail = (error: unknown): never => {
  throw error;
};

const choice = (id: string, obstacle: string | null = null) => ({
  ...{ id, label: id, tag: null, facts: [], about: null, lines: [], obstacle },
});
const lan: Question = {
  id: 'lan',
  title: 'Which network?',
  about: '',
  choices: [choice('eno1'), choice('wlan0'), choice('tun0', 'no router')],
  chosen: 'eno1',
};
const never = new AbortController().signal;
const shown = async (questions: Questions) => {
  await vi.waitFor(() => expect(questions.current).not.toEqual([]));
  return questions.current.map(({ chosen }) => chosen);
};

describe('questions', () => {
  test('are shown until they are answered, and remembered as a mark for that lab on that computer', async () => {
    const memory = new AnswerMemory(folder, fail, 'desk');
    const questions = new Questions(memory, () => undefined);
    const asked = questions.ask('01-nat', [lan], never);
    expect(await shown(questions)).toEqual(['eno1']);
    questions.reply({ lan: 'wlan0' });
    await expect(asked).resolves.toEqual({ lan: 'wlan0' });
    expect(questions.current).toEqual([]);
    await memory.settled();
    expect(JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'))).toMatchObject({
      computers: { desk: { '01-nat': { lan: 'wlan0' } } },
    });

    const later = async (computer: string, labId: string) => {
      const again = new Questions(new AnswerMemory(folder, fail, computer), () => undefined);
      void again.ask(labId, [lan], never);
      return shown(again);
    };
    expect(await later('desk', '01-nat')).toEqual(['wlan0']);
    expect(await later('desk', '02-host-only')).toEqual(['eno1']);
    expect(await later('other', '01-nat')).toEqual(['eno1']);
  });

  test('what cannot be chosen any more is not marked', async () => {
    const memory = new AnswerMemory(folder, fail, 'third');
    await memory.keep('01-nat', { lan: 'tun0' });
    const questions = new Questions(memory, () => undefined);
    void questions.ask('01-nat', [lan], never);
    expect(await shown(questions)).toEqual(['eno1']);
  });

  test('the same ones are not asked twice in a session, others are', async () => {
    const questions = new Questions(new AnswerMemory(folder, fail, 'fourth'), () => undefined);
    const asked = questions.ask('01-nat', [lan], never);
    await shown(questions);
    questions.reply({ lan: 'eno1' });
    await asked;
    await expect(questions.ask('01-nat', [lan], never)).resolves.toEqual({ lan: 'eno1' });
    void questions.ask('01-nat', [{ ...lan, choices: lan.choices.slice(0, 2) }], never);
    await shown(questions);
  });

  test('can be given up', async () => {
    const questions = new Questions(new AnswerMemory(folder, fail, 'fifth'), () => undefined);
    const stop = new AbortController();
    const asked = questions.ask('01-nat', [lan], stop.signal);
    await shown(questions);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(questions.current).toEqual([]);
  });

  test('take no answer that was not offered', async () => {
    const questions = new Questions(new AnswerMemory(folder, fail, 'sixth'), () => undefined);
    expect(() => questions.reply({ lan: 'eno1' })).toThrow('Nothing is being asked');
    void questions.ask('01-nat', [lan], never);
    await shown(questions);
    expect(() => questions.reply({ lan: 'tun0' })).toThrow('no answer');
    expect(() => questions.reply({})).toThrow('no answer');
    expect(() => questions.reply({ lan: 'eth9' })).toThrow('no answer');
  });
});
