/** What a command of the lab answers: lines for either stream, a question, a program to become, an exit status. */

/** Where and by whom a command was typed. */
export interface Request {
  program: string;
  folder: string;
  user: string;
  args: string[];
  /** The learner's reply when the command asked something; null the first time. */
  reply: string | null;
}

export interface Reply {
  out(line: string): void;
  error(line: string): void;
  /** Asks on the terminal; the command is then run again with `reply` set. */
  ask(prompt: string): void;
  /** The command becomes this program, in the learner's terminal. */
  become(argv: string[]): void;
}

/** A program of the lab. Resolves with the exit status. */
export type Command = (request: Request, reply: Reply, signal: AbortSignal) => Promise<number>;

/** What every program says to what it does not know. */
export function unknown(reply: Reply, program: string, knows: string): number {
  reply.error(`this lab's ${program} knows: ${knows}`);
  return 2;
}

/** Lines of a text, without the last line end. */
export function each(text: string, write: (line: string) => void): void {
  for (const line of text.replace(/\n$/, '').split('\n')) write(line);
}
