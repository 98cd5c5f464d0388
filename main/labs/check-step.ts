/** Does a step name what exists: nodes, rules, predictions, checks, templates? */
import type { LabFile, StepFront } from '../contract/lab.ts';
import { checkTemplates } from './check-rules.ts';
import { scanMarkdown } from './markdown.ts';
import type { PathPart, Report } from './mistakes.ts';
import { fillCheck, holesOf, type Values } from './values.ts';

/** Reports by path of the front matter; `reportBody` by line and column of the body, from 0. */
export function checkStep(
  front: StepFront,
  body: string,
  lab: LabFile,
  values: Values,
  report: Report,
  reportBody: (line: number, column: number, message: string) => void,
): void {
  const node = (id: string, path: PathPart[], at: 'key' | 'value' = 'value') => {
    if (!Object.hasOwn(lab.nodes, id)) report(path, `there is no node ${id}`, at);
  };
  for (const id of Object.keys(front.panels)) node(id, ['panels', id], 'key');
  for (const [index, id] of front.rules.entries()) {
    if (!Object.hasOwn(lab.rules, id)) report(['rules', index], `there is no rule ${id}`);
  }
  checkChecks(front, lab, values, report, node);
  checkPredictions(front, report);
  checkSolve(front, report, node);
  for (const key of ['title', 'part', 'hints', 'solve', 'predictions'] as const) {
    checkTemplates(front[key], values, [key], report);
  }
  checkBody(front, body, lab, values, reportBody);
}

type NodeCheck = (id: string, path: PathPart[]) => void;

function checkChecks(
  front: StepFront,
  lab: LabFile,
  values: Values,
  report: Report,
  node: NodeCheck,
): void {
  unique(front.checks, 'checks', report);
  for (const [index, check] of front.checks.entries()) {
    const at = ['checks', index];
    if ('node' in check) node(check.node, [...at, 'node']);
    if ('interfaceOf' in check && check.interfaceOf !== undefined) {
      node(check.interfaceOf, [...at, 'interfaceOf']);
    }
    if (check.check === 'rule' && !Object.hasOwn(lab.rules, check.rule)) {
      report([...at, 'rule'], `there is no rule ${check.rule}`);
    }
    if (check.check === 'answer' && !front.predictions.some((p) => p.id === check.prediction)) {
      report([...at, 'prediction'], `this step has no prediction ${check.prediction}`);
    }
    checkTemplates(check, values, at, report);
    const known = holesOf(JSON.stringify(check)).every(({ name }) => Object.hasOwn(values, name));
    if (!known) continue;
    try {
      fillCheck(check, values);
    } catch {
      report(at, 'with its templates filled, this check is not valid');
    }
  }
  for (const [index, hint] of front.hints.entries()) {
    if (!front.checks.some(({ id }) => id === hint.check)) {
      report(['hints', index, 'check'], `this step has no check ${hint.check}`);
    }
  }
}

function checkPredictions(front: StepFront, report: Report): void {
  unique(front.predictions, 'predictions', report);
  for (const [index, { answer, choices }] of front.predictions.entries()) {
    if (answer >= choices.length) {
      report(
        ['predictions', index, 'answer'],
        `answer ${String(answer)} is none of the ${String(choices.length)} choices (the first is 0)`,
      );
    }
  }
}

function checkSolve(front: StepFront, report: Report, node: NodeCheck): void {
  for (const [index, line] of front.solve.entries()) {
    const at = ['solve', index];
    node(line.on, [...at, 'on']);
    const acts = [line.type, line.keys, line.answer].filter((act) => act !== undefined).length;
    if (acts !== 1) report(at, 'a solve line has one of `type`, `keys` and `answer`');
    if (line.type?.includes('\n')) report([...at, 'type'], 'a solve line is one line');
    if ((line.wait === 'output') !== (line.for !== undefined)) {
      report(at, '`wait: output` and `for` belong together');
    }
    if (line.answer) {
      const { prediction, choice } = line.answer;
      const asked = front.predictions.find(({ id }) => id === prediction);
      const path = [...at, 'answer'];
      if (!asked) {
        report([...path, 'prediction'], `this step has no prediction ${prediction}`);
      } else if (choice >= asked.choices.length) {
        report([...path, 'choice'], `${prediction} has no choice ${String(choice)}`);
      }
    }
  }
}

function unique(items: readonly { id: string }[], key: string, report: Report): void {
  for (const [index, { id }] of items.entries()) {
    if (items.findIndex((other) => other.id === id) !== index) {
      report([key, index, 'id'], `the id ${id} appears twice in this step`);
    }
  }
}

function checkBody(
  front: StepFront,
  body: string,
  lab: LabFile,
  values: Values,
  report: (line: number, column: number, message: string) => void,
): void {
  const refs = scanMarkdown(body);
  for (const { kind, name, line, column, lines } of refs) {
    const say = (message: string) => {
      report(line, column, message);
    };
    if (kind === 'mistake') say(name);
    if (kind === 'template' && !Object.hasOwn(values, name)) {
      say(`nobody knows what {{${name}}} is`);
    }
    if (kind === 'command' && name !== '') {
      if (!Object.hasOwn(lab.nodes, name)) say(`there is no node ${name}`);
      if (!lines?.some((text) => text.trim() !== '')) say('this fence holds no command');
    }
    if (kind === 'prediction' && !front.predictions.some(({ id }) => id === name)) {
      say(`this step has no prediction ${name}`);
    }
    if (kind === 'rule' && !Object.hasOwn(lab.rules, name)) say(`there is no rule ${name}`);
  }
  for (const { id } of front.predictions) {
    if (!refs.some(({ kind, name }) => kind === 'prediction' && name === id)) {
      report(0, 0, `the text never asks the prediction ${id}: add \`\`\`predict ${id}`);
    }
  }
  if (body.trim() === '') report(0, 0, 'the step has no text');
}
