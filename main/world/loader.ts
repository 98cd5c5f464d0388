/**
 * The process a world is made by: it is in the fabric, runs bash, and takes the whole lab with it when it
 * ends. What it is made of (namespaces, a container) is the backend's affair.
 */
export interface Loader {
  /** Runs bash in it; calls are carried out one after the other. Rejects when it ends before. */
  run(code: string): Promise<{ status: number; lines: string[] }>;
  /** `!`-lines announce what happened by itself: `gone boxA 137`. */
  onAnnouncement(listener: (line: string) => void): void;
  /** What its programs complained about, newest last. */
  readonly complaints: string;
  readonly closed: Promise<void>;
  /** Ends everything inside; resolves when it is gone. */
  end(): Promise<void>;
  /** First processes of nodes that have started, by node; `lines` is what starting them printed. */
  firstPids(lines: readonly string[]): Promise<Map<string, number>>;
}
