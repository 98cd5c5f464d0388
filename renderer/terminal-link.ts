/**
 * The window's end of the terminals' channel: bytes by terminal id. When the shells' process is replaced or
 * the window was reloaded, everybody attached is attached again.
 */
import type { flow, ToHost, ToWindow } from '../main/contract/terminal.ts';
import { onTerminalPort } from './bridge.ts';

export interface Listener {
  columns: number;
  rows: number;
  /** The screen so far: what was shown before is void. */
  replay(data: string): void;
  /** `drawn` must be called when it is on the screen. */
  data(data: string, drawn: () => void): void;
  ended(exitCode: number): void;
}

/** Spelled out because the window takes only types from the contract; another number would not compile. */
const acknowledgeEvery: (typeof flow)['acknowledgeEvery'] = 5_000;

const listeners = new Map<string, Listener>();
const owed = new Map<string, number>();
let port: MessagePort | null = null;

onTerminalPort((next) => {
  port?.close();
  port = next;
  port.onmessage = ({ data }: MessageEvent<ToWindow>) => {
    receive(data);
  };
  for (const [id, listener] of listeners) sendAttach(id, listener);
});

function send(message: ToHost): void {
  port?.postMessage(message);
}

function sendAttach(id: string, { columns, rows }: Listener): void {
  owed.set(id, 0);
  send({ type: 'attach', id, columns, rows });
}

function receive(message: ToWindow): void {
  const listener = listeners.get(message.id);
  if (!listener) return;
  switch (message.type) {
    case 'replay':
      listener.replay(message.data);
      return;
    case 'data':
      listener.data(message.data, () => {
        acknowledge(message.id, message.data.length);
      });
      return;
    case 'ended':
      listener.ended(message.exitCode);
  }
}

function acknowledge(id: string, characters: number): void {
  const sum = (owed.get(id) ?? 0) + characters;
  if (sum < acknowledgeEvery) {
    owed.set(id, sum);
    return;
  }
  owed.set(id, 0);
  send({ type: 'acknowledge', id, characters: sum });
}

/** Answers the way to let go. */
export function attach(id: string, listener: Listener): () => void {
  listeners.set(id, listener);
  sendAttach(id, listener);
  return () => {
    if (listeners.get(id) === listener) listeners.delete(id);
  };
}

export function input(id: string, data: string): void {
  send({ type: 'input', id, data });
}

export function resize(id: string, columns: number, rows: number): void {
  const listener = listeners.get(id);
  if (listener) Object.assign(listener, { columns, rows });
  send({ type: 'resize', id, columns, rows });
}
