/** One verb of the command line. */
export interface Verb {
  usage: string;
  about: string;
  /** Resolves with the exit status; what it rejects with is printed and ends with 1. */
  run(args: string[]): Promise<number>;
}
