/** Binds a contract to a carrier: input is parsed here, in one place, before a handler sees it. */
import type { Announcer, Call, Client, Contract, Handlers, Result } from './define.ts';
import { toFailure } from './failure.ts';

/** The least a carrier must do on the main side. */
export interface ServerCarrier {
  handle(channel: string, answer: (raw: unknown) => Promise<Result<unknown>>): void;
  emit(channel: string, payload: unknown): void;
}

/** The least a carrier must do on the window's side. */
export interface ClientCarrier {
  invoke(channel: string, input: unknown): Promise<Result<unknown>>;
  on(channel: string, listener: (payload: unknown) => void): () => void;
}

type AnyHandler = (input: unknown) => Promise<unknown>;

/** Registers every handler on the carrier and returns the announcer. Throws when a handler is missing. */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  carrier: ServerCarrier,
): Announcer<C> {
  const announcer: Record<string, Record<string, (payload: unknown) => void>> = {};
  const table = handlers as Record<string, Record<string, AnyHandler>>;
  for (const [area, members] of Object.entries(contract)) {
    const facts: Record<string, (payload: unknown) => void> = {};
    for (const [name, member] of Object.entries(members)) {
      const channel = `${area}:${name}`;
      if (member.kind === 'event') {
        facts[name] = (payload) => {
          carrier.emit(channel, payload);
        };
        continue;
      }
      const handler = table[area]?.[name];
      if (!handler) throw new Error(`No handler for ${channel}`);
      carrier.handle(channel, (raw) => answer(member, handler, raw));
    }
    announcer[area] = facts;
  }
  return announcer as Announcer<C>;
}

async function answer(member: Call, handler: AnyHandler, raw: unknown): Promise<Result<unknown>> {
  const input = member.input.safeParse(raw);
  if (!input.success) {
    const wrong = input.error.issues.map(({ path, message }) => [...path, message].join(': '));
    return { ok: false, error: { code: 'bad-request', message: wrong.join('; ') } };
  }
  try {
    return { ok: true, value: await handler(input.data) };
  } catch (error) {
    return { ok: false, error: toFailure(error) };
  }
}

/** The window's side of the same contract, from channel kinds alone (no zod in the preload). */
export function connect<C extends Contract>(
  channels: Record<string, Record<string, 'call' | 'event'>>,
  carrier: ClientCarrier,
): Client<C> {
  const areas = Object.entries(channels).map(([area, members]) => [
    area,
    Object.fromEntries(
      Object.entries(members).map(([name, kind]) => [
        name,
        kind === 'call'
          ? (input: unknown) => carrier.invoke(`${area}:${name}`, input)
          : (listener: (payload: unknown) => void) => carrier.on(`${area}:${name}`, listener),
      ]),
    ),
  ]);
  return Object.fromEntries(areas) as Client<C>;
}
