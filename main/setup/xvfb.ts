/** A display nobody sees, for machines without one (Xvfb(1)). */
import type { Readable } from 'node:stream';
import { LabFailure } from '../contract/failure.ts';
import { start } from '../platform/run.ts';

export interface Display {
  /** For the environment variable DISPLAY. */
  name: string;
  end(): void;
}

/** Starts Xvfb on a free display number. Rejects with `tool-missing`. */
export function startXvfb(size = '1440x900'): Promise<Display> {
  const child = start(
    ['Xvfb', '-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-noreset'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(
        new LabFailure(
          'tool-missing',
          `Xvfb cannot be started: ${error.message}`,
          'Install the package xvfb.',
        ),
      );
    });
    child.once('exit', () => {
      reject(new LabFailure('command-failed', 'Xvfb ended at once.'));
    });
    const numbers = child.stdio[3] as Readable;
    numbers.setEncoding('utf8').once('data', (text: string) => {
      resolve({ name: `:${text.trim()}`, end: () => child.kill('SIGTERM') });
    });
  });
}
