/** The image all machines of the labs start from: built here, on first use, and again when its Dockerfile changes. */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { LabFailure } from '../../contract/failure.ts';
import { hold } from '../../transports/entered.ts';
import type { Task } from '../backend.ts';
import type { Engine } from '../../platform/docker-engine.ts';
import dockerfile from './image/Dockerfile?raw';

export interface ImageOptions {
  /** What to build on instead of Debian's own image: a mirror, or one that has everything. */
  base?: string | undefined;
  /** Network of the build; `none` where the base has everything. */
  network?: string | undefined;
}

export function imageTag({ base = '' }: ImageOptions = {}): string {
  const hash = createHash('sha256').update(`${base}\n${dockerfile}`).digest('hex');
  return `hoplab-lab:${hash.slice(0, 12)}`;
}

export async function hasImage(engine: Engine, options: ImageOptions = {}): Promise<boolean> {
  const result = await engine.run(['image', 'inspect', '--format', 'there', imageTag(options)]);
  return result.code === 0;
}

/** Resolves with the image's name. Rejects with `cancelled`, or `command-failed` with what the build said. */
export async function ensureImage(
  engine: Engine,
  task: Task,
  options: ImageOptions = {},
): Promise<string> {
  const tag = imageTag(options);
  if (await hasImage(engine, options)) return tag;
  const label = 'Building the image of the lab’s machines (once, a few minutes)';
  task.progress(null, label);
  const said: string[] = [];
  const build = hold(
    [
      ...engine.docker,
      'build',
      // A build that is cancelled leaves the container of its step otherwise.
      '--force-rm',
      '--tag',
      tag,
      ...(options.base ? ['--build-arg', `BASE=${options.base}`] : []),
      ...(options.network ? ['--network', options.network] : []),
      '-',
    ],
    engine.env,
  );
  for (const stream of [build.stdout, build.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      task.log(line);
      const step = /^(?:Step \d+\/\d+|#\d+ \[[^\]]*\]|Get:\d+|Unpacking|Setting up) .*/.exec(line);
      if (step) task.progress(null, `${label}: ${step[0].slice(0, 60)}`);
    });
  }
  const onAbort = (): void => {
    build.kill();
  };
  task.signal.addEventListener('abort', onAbort, { once: true });
  if (task.signal.aborted) onAbort();
  build.stdin.end(dockerfile);
  const code = await build.ended;
  task.signal.removeEventListener('abort', onAbort);
  if (task.signal.aborted) throw new LabFailure('cancelled', 'Cancelled.');
  if (code !== 0)
    throw new LabFailure(
      'command-failed',
      'The image of the lab’s machines could not be built.',
      'It needs debian:trixie-slim and Debian’s package mirror once: check the connection, and Docker’s proxy settings.',
      said.slice(-15).join('\n'),
    );
  return tag;
}
