/** What the window is told of a running lab, put together from the parts that know it. Pure. */
import type { Lab } from '../contract/lab.ts';
import type { BackendKind, Phase, SessionState } from '../contract/session.ts';
import type { RuleEngine } from '../rules/engine.ts';
import type { Need } from '../backends/backend.ts';
import type { HostGuard } from './host-guard.ts';
import type { LabNodes } from './lab-nodes.ts';
import type { LiveView } from './live-view.ts';
import type { LongTask } from './long-task.ts';
import type { Questions } from './questions.ts';
import type { StepBook } from './step-book.ts';

export interface SessionParts {
  lab: Lab;
  backend: BackendKind;
  phase: Phase;
  nodes: LabNodes;
  view: LiveView;
  book: StepBook;
  engine: RuleEngine | null;
  guard: HostGuard | null;
  task: LongTask;
  questions: Questions | null;
  /** What the opened lab needs changed on the learner's computer. */
  need: Need | null;
}

export function stateOf(parts: SessionParts): SessionState {
  const { lab, backend, phase, nodes, view, book, engine, guard, task } = parts;
  const rights = guard?.state(engine) ?? null;
  return {
    labId: lab.id,
    title: lab.title,
    backend,
    phase,
    nodes: nodes.states(lab),
    terminals: lab.terminals,
    values: { ...view.values },
    step: book.current,
    steps: book.states((text) => view.fill(text)),
    rules: engine?.states() ?? [],
    questions: [...(parts.questions?.current ?? [])],
    rights: rights && { ...rights, lines: [...(parts.need?.lines ?? []), ...rights.lines] },
    map: view.map,
    note: book.progress.note,
    task: task.current,
  };
}
