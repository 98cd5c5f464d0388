/** Reads a lab's folder: parse, validate, cross-check. Every mistake says file, line and column. */
import path from 'node:path';
import { LabFile, type Lab } from '../contract/lab.ts';
import { checkRules } from './check-rules.ts';
import { checkStep } from './check-step.ts';
import { checkTopology } from './check-topology.ts';
import { validate } from './issues.ts';
import { FolderError, listLabFolder, readLabText } from './lab-folder.ts';
import { loadStep, type LoadedStep } from './load-step.ts';
import { sortMistakes, type Mistake, type Report } from './mistakes.ts';
import { valuesOf } from './values.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

const labFile = 'lab.yaml';
const stepName = /^([0-9]{2})-[a-z0-9][a-z0-9-]{0,60}\.md$/;
const maxSteps = 60;

/**
 * The lab in `dir`, whole, or every mistake in it sorted by place. Never rejects: a folder that cannot be
 * read is a mistake of lab.yaml.
 */
export async function loadLab(dir: string): Promise<{ lab: Lab } | { mistakes: Mistake[] }> {
  const mistakes: Mistake[] = [];
  const loaded = await loadLabFile(dir, mistakes);
  const steps = await loadSteps(dir, mistakes);
  if (!loaded) return { mistakes: sortMistakes(mistakes) };
  const { file, source } = loaded;
  const report: Report = (at, message, where) => {
    mistakes.push({ file: labFile, ...source.locate(at, where), message });
  };
  checkNames(dir, file, report);
  checkTopology(file, report);
  const values = valuesOf(file);
  checkRules(file, values, report);
  const assets = await loadAssets(dir, file, report);
  for (const step of steps) {
    checkStep(
      step.front,
      step.body,
      file,
      values,
      (at, message, where) => {
        mistakes.push({ file: step.file, ...step.source.locate(at, where), message });
      },
      (line, column, message) => {
        const place = { line: step.bodyLine + line + 1, column: column + 1 };
        mistakes.push({ file: step.file, ...place, message });
      },
    );
  }
  if (mistakes.length > 0) return { mistakes: sortMistakes(mistakes) };
  return {
    lab: {
      ...file,
      dir: path.resolve(dir),
      steps: steps.map(({ front, file: name, body }) => ({ ...front, file: name, body })),
      assets,
    },
  };
}

async function loadLabFile(
  dir: string,
  mistakes: Mistake[],
): Promise<{ file: LabFile; source: YamlSource } | null> {
  try {
    const source = parseYaml(await readLabText(dir, labFile));
    const found = validate(LabFile, source, labFile);
    mistakes.push(...found.mistakes);
    return found.data ? { file: found.data, source } : null;
  } catch (error) {
    const message = error instanceof FolderError ? error.message : String(error);
    mistakes.push({ file: labFile, line: 1, column: 1, message });
    return null;
  }
}

async function loadSteps(dir: string, mistakes: Mistake[]): Promise<LoadedStep[]> {
  const names = await listLabFolder(dir, 'steps');
  const steps: LoadedStep[] = [];
  const fail = (name: string, message: string) => {
    mistakes.push({ file: name, line: 1, column: 1, message });
  };
  if (names.length === 0) fail(labFile, 'the lab has no steps (steps/01-….md)');
  if (names.length > maxSteps) {
    fail(labFile, `the lab has ${String(names.length)} steps, more than ${String(maxSteps)}`);
  }
  let wanted = 1;
  for (const name of names.slice(0, maxSteps)) {
    const file = `steps/${name}`;
    const number = Number(stepName.exec(name)?.[1] ?? 0);
    if (number === 0) {
      fail(file, 'a step is named NN-title.md, in small letters, digits and dashes, from 01');
      continue;
    }
    if (number !== wanted) {
      fail(file, `step ${String(wanted).padStart(2, '0')} is missing or there twice`);
    }
    wanted = number + 1;
    const loaded = await loadStep(dir, file);
    if ('step' in loaded) steps.push(loaded.step);
    else mistakes.push(...loaded.mistakes);
  }
  return steps;
}

function checkNames(dir: string, file: LabFile, report: Report): void {
  const folder = path.basename(path.resolve(dir));
  if (file.id !== folder) report(['id'], `the id is ${file.id}, but the folder is ${folder}`);
  for (const [index, id] of file.terminals.entries()) {
    if (!Object.hasOwn(file.nodes, id)) report(['terminals', index], `there is no node ${id}`);
    if (file.terminals.indexOf(id) !== index) report(['terminals', index], `${id} is listed twice`);
  }
  for (const id of Object.keys(file.panels)) {
    if (!Object.hasOwn(file.nodes, id)) report(['panels', id], `there is no node ${id}`, 'key');
  }
  for (const [index, name] of file.requires.entries()) {
    if (file.requires.indexOf(name) !== index)
      report(['requires', index], `${name} is there twice`);
  }
}

/** The text of every file the topology names, by its path in the lab's folder. */
async function loadAssets(
  dir: string,
  { nodes }: LabFile,
  report: Report,
): Promise<Record<string, string>> {
  const assets: Record<string, string> = {};
  const read = async (name: string, at: (string | number)[]) => {
    try {
      assets[name] = await readLabText(dir, name);
    } catch (error) {
      report(at, error instanceof FolderError ? error.message : String(error));
    }
  };
  for (const [id, node] of Object.entries(nodes)) {
    for (const [index, { from }] of node.files.entries()) {
      if (from !== undefined) await read(from, ['nodes', id, 'files', index, 'from']);
    }
    const page = node.kind === 'server' ? node.http?.page : undefined;
    if (page !== undefined) await read(page, ['nodes', id, 'http', 'page']);
  }
  return assets;
}
