/** Do the one-click rules of lab.yaml name what exists, and are their iptables words known ones? */
import { ZodError } from 'zod';
import type { LabFile } from '../contract/lab.ts';
import type { Operation } from '../contract/operations.ts';
import { parseRule, RuleWordsError } from '../rules/rule-words.ts';
import type { PathPart, Report } from './mistakes.ts';
import { fillDeep, fillOperation, holesOf, type Values } from './values.ts';

export function checkRules(lab: LabFile, values: Values, report: Report): void {
  for (const [id, rule] of Object.entries(lab.rules)) {
    checkTemplates(rule, values, ['rules', id], report);
    for (const [index, operation] of rule.operations.entries()) {
      const at = ['rules', id, 'operations', index];
      const node = lab.nodes[operation.node];
      if (!Object.hasOwn(lab.nodes, operation.node)) {
        report([...at, 'node'], `there is no node ${operation.node}`);
      } else if (operation.do === 'service' && node?.kind !== 'machine') {
        report([...at, 'node'], `${operation.node} has no services: it is a ${String(node?.kind)}`);
      }
      if ('via' in operation || 'dev' in operation) {
        if (operation.via === undefined && operation.dev === undefined) {
          report(at, 'a route needs `via` or `dev`');
        }
      } else if (operation.do === 'route-add') report(at, 'a route needs `via` or `dev`');
      // An unknown template has been reported at its own place already.
      if (!hasUnknown(operation, values)) checkFilled(operation, values, at, report);
    }
  }
}

/** With its templates filled an operation must still be one, and its rule made of known words. */
function checkFilled(operation: Operation, values: Values, at: PathPart[], report: Report): void {
  try {
    const filled = fillOperation(operation, values);
    if ('rule' in filled) parseRule(filled.rule);
  } catch (error) {
    if (error instanceof RuleWordsError) report([...at, 'rule'], error.message);
    for (const { path } of error instanceof ZodError ? error.issues : []) {
      const key = String(path[0]);
      const value = String((fillDeep(operation, values) as Record<string, unknown>)[key]);
      report(
        [...at, key],
        `with its template filled, \`${key}\` is \`${value}\`, which it cannot be`,
      );
    }
  }
}

/** Reports every template in the strings of `data` that nobody knows. */
export function checkTemplates(
  data: unknown,
  values: Values,
  path: PathPart[],
  report: Report,
): void {
  if (typeof data === 'string') {
    for (const { name } of holesOf(data)) {
      if (!Object.hasOwn(values, name)) report(path, `nobody knows what {{${name}}} is`);
    }
  } else if (Array.isArray(data)) {
    for (const [index, item] of data.entries()) {
      checkTemplates(item, values, [...path, index], report);
    }
  } else if (typeof data === 'object' && data !== null) {
    for (const [key, item] of Object.entries(data)) {
      checkTemplates(item, values, [...path, key], report);
    }
  }
}

function hasUnknown(data: unknown, values: Values): boolean {
  return holesOf(JSON.stringify(data)).some(({ name }) => !Object.hasOwn(values, name));
}
