/**
 * The book of a lab's steps: which is open, what its checks found, what was predicted and done. Knows no
 * kernel; it is told outcomes and keeps what must be kept.
 */
import { LabFailure } from '../contract/failure.ts';
import type { Check, Hint } from '../contract/checks.ts';
import type { Lab, Step } from '../contract/lab.ts';
import type { CheckState, PredictionState, StepState } from '../contract/session.ts';
import type { Outcome, RanCommand } from './checks/outcome.ts';
import type { Progress } from './progress.ts';

/** Throws `not-found`. */
export function stepOf(lab: Lab, index: number): Step {
  const step = lab.steps[index];
  if (!step) throw new LabFailure('not-found', 'There is no such step.');
  return step;
}

export class StepBook {
  private readonly outcomes = new Map<string, Outcome>();
  private commands: RanCommand[] = [];

  constructor(
    private readonly lab: Lab,
    readonly progress: Progress,
  ) {}

  get current(): number {
    return Math.min(this.progress.step ?? 0, this.lab.steps.length - 1);
  }

  get step(): Step {
    return this.lab.steps[this.current] as Step;
  }

  /** Commands run since the step came on screen, oldest first. */
  get ran(): readonly RanCommand[] {
    return this.commands;
  }

  get answered(): ReadonlySet<string> {
    const { file } = this.step;
    return new Set(
      this.step.predictions
        .filter((item) => `${file}/${item.id}` in this.progress.chosen)
        .map((item) => item.id),
    );
  }

  /** Opens a step; answers false when it is on screen already. */
  show(index: number): boolean {
    if (
      index < 0 ||
      index >= this.lab.steps.length ||
      (index === this.progress.step && index === this.current)
    )
      return false;
    this.progress.step = index;
    this.commands = [];
    return true;
  }

  /** Forgets what was done in a step and after it: the learner goes back to its start. */
  reopen(index: number): void {
    const later = this.lab.steps.slice(index).map((step) => step.file);
    const isLater = (key: string): boolean =>
      later.some((file) => key === file || key.startsWith(`${file}/`));
    this.progress.done = [
      ...new Set([
        ...this.progress.done.filter((file) => !isLater(file)),
        ...this.lab.steps.slice(0, index).map((step) => step.file),
      ]),
    ];
    this.progress.passed = this.progress.passed.filter((key) => !isLater(key));
    this.progress.chosen = Object.fromEntries(
      Object.entries(this.progress.chosen).filter(([key]) => !isLater(key)),
    );
    for (const key of [...this.outcomes.keys()]) if (isLater(key)) this.outcomes.delete(key);
    this.commands = [];
    this.progress.step = index;
  }

  /** A command began (`exit` null) or ended. */
  recordRan(node: string, command: string, exit: number | null): void {
    const running =
      exit === null
        ? undefined
        : [...this.commands]
            .reverse()
            .find((item) => item.node === node && item.command === command && item.exit === null);
    if (running) running.exit = exit;
    else this.commands.push({ node, command, exit });
    if (this.commands.length > 500) this.commands.shift();
  }

  choose(prediction: string, choice: number): void {
    if (
      this.step.predictions.some((item) => item.id === prediction && choice < item.choices.length)
    ) {
      this.progress.chosen[`${this.step.file}/${prediction}`] ??= choice;
    }
  }

  /** Checks of the open step that still have to be asked. */
  open(): Check[] {
    return this.step.checks.filter((check) => !this.isKept(check));
  }

  /** Keeps an outcome; answers whether anything the window shows has changed. */
  record(check: Check, outcome: Outcome): boolean {
    const key = `${this.step.file}/${check.id}`;
    const before = JSON.stringify(this.outcomes.get(key));
    this.outcomes.set(key, outcome);
    if (outcome.passed && check.mode === 'edge' && !this.progress.passed.includes(key))
      this.progress.passed.push(key);
    const done = this.step.checks.every(
      (item) => this.isKept(item) || this.outcomes.get(`${this.step.file}/${item.id}`)?.passed,
    );
    if (done && !this.progress.done.includes(this.step.file))
      this.progress.done.push(this.step.file);
    return before !== JSON.stringify(outcome);
  }

  /** `fill` puts the running lab's values into a text's templates. */
  states(fill: (text: string) => string): StepState[] {
    return this.lab.steps.map((step, index) => ({
      index,
      title: step.title,
      part: step.part ?? null,
      body: step.body,
      done: this.progress.done.includes(step.file),
      panels: step.panels,
      checks: step.checks.map((check) =>
        this.checkState(step, check, index === this.current, fill),
      ),
      predictions: step.predictions.map((item): PredictionState => {
        const chosen = this.progress.chosen[`${step.file}/${item.id}`] ?? null;
        return {
          id: item.id,
          ask: fill(item.ask),
          choices: item.choices.map(fill),
          chosen,
          answer: chosen === null ? null : item.answer,
          because: chosen === null ? null : fill(item.because),
        };
      }),
      rules: step.rules,
    }));
  }

  private checkState(
    step: Step,
    check: Check,
    isCurrent: boolean,
    fill: (text: string) => string,
  ): CheckState {
    const key = `${step.file}/${check.id}`;
    const outcome = this.outcomes.get(key);
    const kept = check.mode === 'edge' && this.progress.passed.includes(key);
    const passed =
      kept || (outcome?.passed ?? (!isCurrent && this.progress.done.includes(step.file)));
    const waiting = !outcome || outcome.reason === 'not-yet';
    return {
      id: check.id,
      say: fill(check.say),
      status: passed ? 'passed' : waiting ? 'pending' : 'failed',
      node: outcome?.node ?? ('node' in check ? check.node : null),
      expected: outcome?.expected ?? fill(check.say),
      found: outcome?.found ?? '',
      reason: passed ? null : (outcome?.reason ?? null),
      hint:
        passed || !outcome || !isCurrent
          ? null
          : fill(this.hint(step.hints, check, outcome) ?? '') || null,
    };
  }

  /** The first hint that fits. None before the learner has tried anything, for then it would only be in the way. */
  private hint(hints: readonly Hint[], check: Check, outcome: Outcome): string | null {
    if (this.commands.length === 0) return null;
    const fits = (item: Hint): boolean =>
      item.check === check.id &&
      (item.when === undefined || item.when === outcome.reason) &&
      (item.found === undefined || outcome.found.includes(item.found));
    return (
      hints.find((item) => item.when !== undefined && fits(item))?.say ??
      hints.find(fits)?.say ??
      null
    );
  }

  private isKept(check: Check): boolean {
    return check.mode === 'edge' && this.progress.passed.includes(`${this.step.file}/${check.id}`);
  }
}
