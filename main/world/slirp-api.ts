/** slirp4netns's API socket: one JSON request, one JSON answer, then it closes (slirp4netns(1), API SOCKET). */
import { connect } from 'node:net';

/** What came back: a `return`, or, in some releases, the returned object itself. */
export interface SlirpAnswer {
  return?: unknown;
  error?: string;
}

/** Resolves with the answer; an error of the socket itself becomes `error` too. */
export function request(socketPath: string, body: unknown): Promise<SlirpAnswer> {
  return new Promise((resolve) => {
    const parts: string[] = [];
    const socket = connect(socketPath, () => socket.end(JSON.stringify(body)));
    socket.setTimeout(5000, () => socket.destroy(new Error('slirp4netns does not answer')));
    socket.setEncoding('utf8').on('data', (text: string) => parts.push(text));
    socket.on('error', (error) => {
      resolve({ error: error.message });
    });
    socket.on('close', () => {
      resolve(parseAnswer(parts.join('')));
    });
  });
}

/** What slirp4netns answered, as text. */
export function parseAnswer(text: string): SlirpAnswer {
  try {
    const { error, ...rest } = JSON.parse(text) as {
      return?: unknown;
      error?: { desc?: string };
    };
    return { ...rest, ...(error && { error: error.desc ?? 'refused' }) };
  } catch {
    return { error: 'slirp4netns gave no answer' };
  }
}
