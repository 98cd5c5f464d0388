/**
 * What the learner is asked while a lab opens: shown in the window, answered once. The same questions with the same choices are not
 * asked a second time in one session, as when a lab is brought back to a step.
 */
import { LabFailure } from '../contract/failure.ts';
import type { Answers, Question } from '../contract/questions.ts';
import { untilAborted } from '../platform/abort.ts';
import type { AnswerMemory } from './answer-memory.ts';

export interface Asking {
  /** Present where there is somebody to ask. */
  answers?: Pick<AnswerMemory, 'recall' | 'keep'>;
}

export class Questions {
  /** What is being asked now; empty when nothing is. */
  current: readonly Question[] = [];
  #answer: ((answers: Answers) => void) | null = null;
  #last: { asked: string; answers: Answers } | null = null;

  constructor(
    private readonly memory: NonNullable<Asking['answers']>,
    private readonly changed: () => void,
  ) {}

  /** How a task of this lab asks. */
  asker(labId: string, signal: AbortSignal): (questions: readonly Question[]) => Promise<Answers> {
    return (questions) => this.ask(labId, questions, signal);
  }

  /** Rejects with `cancelled` when the signal says so. */
  async ask(labId: string, questions: readonly Question[], signal: AbortSignal): Promise<Answers> {
    const asked = JSON.stringify(
      questions.map(({ id, choices }) => [id, choices.map((one) => [one.id, one.obstacle])]),
    );
    if (this.#last?.asked === asked) return this.#last.answers;
    const before = await this.memory.recall(labId);
    const answered = new Promise<Answers>((resolve) => {
      this.#answer = resolve;
    });
    this.#show(questions.map((question) => marked(question, before[question.id])));
    try {
      const answers = await untilAborted(answered, signal);
      await this.memory.keep(labId, answers);
      this.#last = { asked, answers };
      return answers;
    } finally {
      this.#answer = null;
      this.#show([]);
    }
  }

  /** Throws `not-found` when nothing is asked, `bad-request` when an answer is missing or is none of its choices. */
  reply(answers: Answers): void {
    if (!this.#answer) throw new LabFailure('not-found', 'Nothing is being asked.');
    for (const question of this.current) {
      if (!isOffered(question, answers[question.id]))
        throw new LabFailure('bad-request', `That is no answer to “${question.title}”`);
    }
    this.#answer(answers);
  }

  #show(questions: readonly Question[]): void {
    this.current = questions;
    this.changed();
  }
}

const isOffered = ({ choices }: Question, answer: string | undefined): boolean =>
  choices.some(({ id, obstacle }) => id === answer && obstacle === null);

/** What was chosen last time is marked while it can still be chosen. */
const marked = (question: Question, before: string | undefined): Question =>
  before !== undefined && isOffered(question, before) ? { ...question, chosen: before } : question;
