/** The only file that touches `window.hoplab`: calls that answer or throw, events, the terminals' port. */
import type { Result } from '../main/contract/define.ts';
import type { Failure } from '../main/contract/failure.ts';

export const hoplab = window.hoplab;

/** A call that failed; `failure` is written for people. */
export class CallFailed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'CallFailed';
  }
}

/** Turns an answer into its value; throws `CallFailed`. */
export async function ask<T>(answer: Promise<Result<T>>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new CallFailed(result.error);
  return result.value;
}

/** Any thrown thing as something that can be shown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure;
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** Calls `use` with the port to the shells, now and again whenever a new one takes its place. */
export function onTerminalPort(use: (port: MessagePort) => void): void {
  window.addEventListener('message', (event) => {
    const [port] = event.ports;
    if (event.source === window && event.data === 'hoplab:terminals' && port) use(port);
  });
  hoplab.connectTerminals();
}
