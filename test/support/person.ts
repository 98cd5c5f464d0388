/**
 * Runs Hoplab's command line as somebody: as who runs the tests, or, when that is root, as an ordinary
 * user who exists only inside a mount namespace of the test (own /etc/passwd, /etc/subuid, /dev/net/tun).
 * Nothing of the machine is changed.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const projectRoot = new URL('../..', import.meta.url).pathname;
export const isRoot = process.getuid?.() === 0;
const uid = 64_321;
const name = 'hoplabtest';

export interface Person {
  who: string;
  /** The person's home and temporary folder: everything they own. */
  home: string;
  /** A copy of the built app the person may read. */
  app: string;
  /** argv as this person, to be started. */
  argv(argv: string[]): [string, ...string[]];
  env: NodeJS.ProcessEnv;
  dispose(): void;
}

/** Builds the app once per run; the hash of the sources makes it cheap. */
export function buildApp(): void {
  execFileSync(process.execPath, ['main/build/build.mjs'], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Whoever runs the tests. */
export function myself(): Person {
  const home = mkdtempSync(join(tmpdir(), 'hoplab-me-'));
  chmodSync(home, 0o755);
  return {
    who: isRoot ? 'root' : 'an ordinary user',
    home,
    app: projectRoot,
    argv: (argv) => argv as [string, ...string[]],
    env: { ...process.env, HOPLAB_DATA: join(home, 'data'), TMPDIR: tempIn(home) },
    dispose: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** An ordinary user; without a range of subordinate ids, or without /dev/net/tun, on demand. Needs root. */
export function ordinaryUser({ ranged = true, tun = true } = {}): Person {
  const home = mkdtempSync(join(tmpdir(), 'hoplab-user-'));
  const app = join(home, 'app');
  mkdirSync(join(app, 'node_modules'), { recursive: true });
  for (const part of ['dist', 'labs', 'package.json', 'node_modules/@lydell'])
    cpSync(join(projectRoot, part), join(app, part), { recursive: true });
  const files = join(home, 'etc');
  mkdirSync(files);
  const line = `${name}:x:${String(uid)}:${String(uid)}::${home}:/bin/bash\n`;
  writeFileSync(join(files, 'passwd'), readFileSync('/etc/passwd', 'utf8') + line);
  writeFileSync(
    join(files, 'group'),
    `${readFileSync('/etc/group', 'utf8')}${name}:x:${String(uid)}:\n`,
  );
  for (const file of ['subuid', 'subgid'])
    writeFileSync(join(files, file), ranged ? `${name}:300000:65536\n` : '');
  execFileSync('chown', ['-R', `${String(uid)}:${String(uid)}`, home]);
  chmodSync(home, 0o755);
  tempIn(home);
  const binds = ['passwd', 'group', 'subuid', 'subgid'].map(
    (file) => `mount --bind ${join(files, file)} /etc/${file}`,
  );
  const script = [
    ...binds,
    'mount -t tmpfs -o mode=755 tmpfs /dev/net',
    `mknod -m ${tun ? '666' : '600'} /dev/net/tun c 10 200`,
    `exec setpriv --reuid=${String(uid)} --regid=${String(uid)} --clear-groups -- "$@"`,
  ].join(' && ');
  return {
    who: ranged ? 'an ordinary user' : 'an ordinary user without subordinate ids',
    home,
    app,
    argv: (argv) => [
      'unshare',
      '--mount',
      'bash',
      '-c',
      `for f in subuid subgid; do [ -e /etc/$f ] || : >/etc/$f; done; ${script}`,
      '-',
      ...argv,
    ],
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      USER: name,
      LANG: 'C.UTF-8',
      HOPLAB_DATA: join(home, 'data'),
      HOPLAB_CACHE: sharedCache(),
      TMPDIR: join(home, 'tmp'),
    },
    dispose: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Root's cache is readable by everybody, so that daemons are fetched once. */
function sharedCache(): string {
  return process.env['HOPLAB_CACHE'] ?? '/var/cache/hoplab';
}

function tempIn(home: string): string {
  const folder = join(home, 'tmp');
  if (!existsSync(folder)) mkdirSync(folder);
  if (isRoot && home.includes('-user-')) chownSync(folder, uid, uid);
  return folder;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts `hoplab …` as the person. */
export function startHoplab(
  person: Person,
  args: string[],
  options: { detached?: boolean } = {},
): ChildProcess {
  const [program, ...rest] = person.argv([
    process.execPath,
    join(person.app, 'dist/main/cli.cjs'),
    ...args,
  ]);
  return spawn(program, rest, {
    cwd: person.app,
    env: person.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
}

/** Runs `hoplab …` to its end. */
export function hoplab(person: Person, ...args: string[]): Promise<Outcome> {
  const child = startHoplab(person, args);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
}

/** Everybody the machine lets us be. */
export function people(): Person[] {
  return isRoot ? [myself(), ordinaryUser()] : [myself()];
}
