/**
 * Any folder with a Vagrantfile as a lab without a walkthrough: its machines, the terminals and panels of each, and nothing
 * told. The folder is the learner's: nothing is written into it, and its machines stay when the lab is closed.
 */
import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabFailure } from '../../contract/failure.ts';
import type { Lab, Step } from '../../contract/lab.ts';
import { NodeId } from '../../contract/names.ts';
import type { NodeSpec } from '../../contract/topology.ts';
import { findTools, toolEnvironment } from './tools.ts';
import { VagrantCli } from './vagrant-cli.ts';
import { statesOf } from './vagrant-output.ts';

/** Side by side on the map; more are reached by opening a terminal. */
const shown = 3;

/** Rejects with LabFailure: no Vagrantfile, no Vagrant, or what Vagrant says of it. */
export async function labOfFolder(
  folder: string,
  log: (line: string) => void,
  from = process.env,
): Promise<Lab> {
  await access(join(folder, 'Vagrantfile')).catch(() => {
    throw new LabFailure(
      'not-found',
      `There is no Vagrantfile in ${folder}.`,
      'Choose a folder that holds one.',
    );
  });
  const { vagrant, path } = await findTools(from);
  if (!vagrant)
    throw new LabFailure(
      'tool-missing',
      'Vagrant was not found on this computer.',
      'Health says how to get it.',
    );
  const env = toolEnvironment(path, from);
  const task = { signal: new AbortController().signal, progress: (): void => undefined, log };
  const run = await new VagrantCli(vagrant, env).run(['status'], folder, task);
  return folderLab(folder, [...statesOf(run.records).keys()]);
}

/** Pure. Names come from a Vagrantfile and are hostile: those that are no name of a node are left out and said. */
export function folderLab(folder: string, names: readonly string[]): Lab {
  const machines = names.filter((name) => name !== 'host' && NodeId.safeParse(name).success);
  const others = names.filter((name) => !machines.includes(name));
  const nodes: Record<string, NodeSpec> = {
    host: { kind: 'host', title: 'This computer', ...plain(1, 0) },
  };
  for (const [index, name] of machines.entries())
    nodes[name] = {
      kind: 'machine',
      forwards: [],
      resolver: false,
      ...plain(0, index),
      interfaces: [{ name: 'eth0', network: 'nat' }],
      user: 'vagrant',
    };
  const title = basename(folder).slice(0, 60) || 'Vagrantfile';
  return {
    format: 1,
    id: `folder-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`,
    title,
    order: 1000,
    summary: `The machines of ${title}, without a walkthrough.`,
    minutes: 5,
    learn: ['What your own machines do'],
    requires: [],
    folder: title,
    ownFolder: folder,
    networks: { nat: { mode: 'nat', subnet: '10.0.2.0/24' } },
    nodes,
    rules: {},
    terminals: ['host', ...machines.slice(0, shown)],
    panels: {},
    dir: folder,
    steps: [onlyStep(folder, machines, others)],
    assets: {},
  };
}

const plain = (column: number, row: number) => ({
  interfaces: [],
  files: [],
  sysctls: {},
  dns: [],
  place: { column, row },
});

function onlyStep(folder: string, machines: readonly string[], others: readonly string[]): Step {
  const first = machines.at(0);
  const bring = machines.map((name) => `\`\`\`sh host\nvagrant up ${name}\n\`\`\``).join('\n\n');
  const left =
    others.length > 0
      ? `\n\nLeft out, because their names cannot be shown safely: ${String(others.length)}.`
      : '';
  return {
    title: 'Your own machines',
    panels: { host: 'interfaces', ...(first !== undefined && { [first]: 'interfaces' }) },
    checks:
      first === undefined
        ? []
        : [{ id: 'up', check: 'node', node: first, is: 'up', mode: 'level', say: `${first} runs` }],
    hints: [],
    predictions: [],
    rules: [],
    solve: [{ on: 'host', type: `vagrant up ${first ?? ''}`.trim(), wait: 'prompt' }],
    file: 'Vagrantfile',
    body: `This folder has no walkthrough: \`${folder.replaceAll('`', '')}\`. Bring its machines up, and look at them in terminals and panels.\n\n${bring}\n\nThey are yours: when you stop the lab they stay as they are.${left}\n`,
  };
}
