/**
 * How messages between the window and the main process are declared.
 * Knows nothing of Electron: any carrier that can answer a question and emit a fact will do.
 */
import type { z } from 'zod';
import type { Failure } from './failure.ts';

/** A question from the window, answered once. */
export interface Call<In extends z.ZodType = z.ZodType, Out extends z.ZodType = z.ZodType> {
  readonly kind: 'call';
  readonly input: In;
  readonly output: Out;
}

/** A fact the main process announces to every window that listens. */
export interface Event<Payload extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  readonly payload: Payload;
}

export type Contract = Record<string, Record<string, Call | Event>>;

export const call = <In extends z.ZodType, Out extends z.ZodType>(
  input: In,
  output: Out,
): Call<In, Out> => ({ kind: 'call', input, output });

export const event = <Payload extends z.ZodType>(payload: Payload): Event<Payload> => ({
  kind: 'event',
  payload,
});

type CallsOf<Area> = { [K in keyof Area as Area[K] extends Call ? K : never]: Area[K] };
type EventsOf<Area> = { [K in keyof Area as Area[K] extends Event ? K : never]: Area[K] };

/** What the main process must implement: every call, and nothing else. */
export type Handlers<C extends Contract> = {
  [A in keyof C]: {
    [K in keyof CallsOf<C[A]>]: C[A][K] extends Call<infer I, infer O>
      ? (input: z.output<I>) => Promise<z.input<O>>
      : never;
  };
};

/** What the main process may announce. */
export type Announcer<C extends Contract> = {
  [A in keyof C]: {
    [K in keyof EventsOf<C[A]>]: C[A][K] extends Event<infer P>
      ? (payload: z.input<P>) => void
      : never;
  };
};

/** What the window sees on `window.hoplab`. */
export type Client<C extends Contract> = {
  [A in keyof C]: {
    [K in keyof C[A]]: C[A][K] extends Call<infer I, infer O>
      ? (input: z.input<I>) => Promise<Result<z.output<O>>>
      : C[A][K] extends Event<infer P>
        ? (listener: (payload: z.output<P>) => void) => () => void
        : never;
  };
};

/** Errors cross the bridge as data: Electron keeps only `message` of a thrown error. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };
