/** Waiting that can be given up. */
import { LabFailure } from '../contract/failure.ts';

/** What the work comes to; rejects with `cancelled` at once when the signal says so, and the work is left to itself. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(new LabFailure('cancelled', 'Cancelled.'));
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
