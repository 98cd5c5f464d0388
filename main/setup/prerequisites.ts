/**
 * What the app needs of this machine before it can start: programs the labs teach, and Electron's
 * libraries. On Debian and Ubuntu what is missing is installed; elsewhere it is named. Daemons are never
 * installed (see backends/sandbox/daemons.ts).
 */
import { access, readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { missingTools, tools } from '../backends/sandbox/probe.ts';
import { run, start } from '../platform/run.ts';

/** Library → packages that may hold it, the current name first (64-bit time_t renamed some). */
const libraries: Record<string, string[]> = {
  'libgtk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libnss3.so': ['libnss3'],
  'libgbm.so.1': ['libgbm1'],
  'libasound.so.2': ['libasound2t64', 'libasound2'],
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function libraryFolders(): Promise<string[]> {
  const multiarch = (await readdir('/usr/lib').catch(() => [] as string[])).filter((name) =>
    name.includes('-linux-gnu'),
  );
  return ['/usr/lib', '/usr/lib64', '/lib64', ...multiarch.map((name) => `/usr/lib/${name}`)];
}

export interface Missing {
  /** Programs and libraries by the names people know. */
  names: string[];
  /** Debian packages, each a list of names to try in turn. */
  packages: string[][];
}

export interface Wanted {
  /** A window will be opened here, or under Xvfb. */
  window: boolean;
  xvfb: boolean;
  /** The tests drive a real Vagrant. */
  vagrant?: boolean;
}

/** Looks, and changes nothing. */
export async function findMissing({ window, xvfb, vagrant = false }: Wanted): Promise<Missing> {
  const programs = await missingTools();
  const missing: Missing = {
    names: [...programs],
    packages: programs.map((name) => [tools[name] ?? name]),
  };
  if (xvfb && !(await exists('/usr/bin/Xvfb'))) {
    missing.names.push('Xvfb');
    missing.packages.push(['xvfb']);
  }
  if (vagrant && !(await exists('/usr/bin/vagrant'))) {
    missing.names.push('vagrant');
    missing.packages.push(['vagrant']);
  }
  if (!window) return missing;
  const folders = await libraryFolders();
  for (const [library, packages] of Object.entries(libraries)) {
    const found = await Promise.all(folders.map((folder) => exists(`${folder}/${library}`)));
    if (found.some(Boolean)) continue;
    missing.names.push(library);
    missing.packages.push(packages);
  }
  return missing;
}

/**
 * Brings what is missing, asking first unless root. Resolves with what is still missing; empty is good.
 * `say` gets lines for the person.
 */
export async function bringMissing(wanted: Wanted, say: (line: string) => void): Promise<string[]> {
  const missing = await findMissing(wanted);
  if (missing.names.length === 0) return [];
  say(`Missing: ${missing.names.join(', ')}.`);
  if (!(await exists('/usr/bin/apt-get'))) {
    say(
      'Install them with your package manager. Hoplab does it by itself only on Debian and Ubuntu.',
    );
    return missing.names;
  }
  const isRoot = process.getuid?.() === 0;
  const first = [...new Set(missing.packages.map(([name = '']) => name))].sort();
  const line = `${isRoot ? '' : 'sudo '}apt-get update && ${isRoot ? '' : 'sudo '}apt-get install -y --no-install-recommends ${first.join(' ')}`;
  say(`This line brings them (none of them starts a service):\n  ${line}`);
  if (!isRoot && !(await agrees('Run it now? [Y/n] '))) return missing.names;
  const prefix = isRoot ? [] : ['sudo'];
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await inTerminal([...prefix, 'apt-get', 'update', '-q'], environment);
  const names = await chooseNames(missing.packages);
  await inTerminal(
    [...prefix, 'apt-get', 'install', '-y', '-q', '--no-install-recommends', ...names],
    environment,
  );
  return (await findMissing(wanted)).names;
}

async function agrees(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return /^(y(es)?)?$/i.test(answer.trim());
}

/** Of each list of names, the first that the refreshed package lists know. */
async function chooseNames(lists: string[][]): Promise<string[]> {
  const { stdout } = await run(['apt-cache', 'policy', ...new Set(lists.flat())]);
  const known = new Set(
    stdout
      .split(/^(?=\S)/m)
      .filter((block) => !/Candidate: \(none\)/.test(block))
      .map((block) => block.slice(0, block.indexOf(':'))),
  );
  return [
    ...new Set(lists.map((names) => names.find((name) => known.has(name)) ?? names[0] ?? '')),
  ];
}

function inTerminal(argv: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = start(argv as [string, ...string[]], { stdio: 'inherit', env });
    child.once('error', () => {
      resolve(127);
    });
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}
