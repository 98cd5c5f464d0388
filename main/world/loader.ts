/**
 * The process a world is made by. It is in the fabric, runs bash, and takes the whole lab with it when it
 * ends. What it and the nodes are made of (namespaces, containers) is the backend's affair.
 */
import type { NodeBoot } from './node-boot.ts';
import type { SlirpAnswer } from './slirp-api.ts';

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

  /**
   * Bash functions the world's scripts use. `PIDS[NODE]` is a node's process as the loader sees it; nodes
   * report `pid`, `made`, `up`, `fail` and `gone` to fd 7. `WATCH[NODE]` is a child that ends when it has announced the
   * node's end.
   *
   * `spawn NODE SCRIPT` starts a node's first process · `go NODE` tells it that it is plugged in ·
   * `keep NODE` and `forget NODE` save and drop the files of a node about to stop ·
   * `nat_start HOST NODE CIDR TAP` runs slirp4netns in the host, with its tap in the fabric · `nat_stop HOST NODE`.
   */
  readonly words: string;
  /** Makes ready what `spawn` will need. */
  prepare(nodes: readonly { id: string; hostName: string }[]): Promise<void>;
  /** What a node's first process runs. */
  bootScript(boot: NodeBoot): string;
  /** First processes of nodes that have started, as this machine numbers them; `lines` is what starting them printed. */
  firstPids(lines: readonly string[]): Promise<Map<string, number>>;
  /** Runs bash on a node, as root; `input` is its standard input. */
  inNode(node: string, script: string, input?: string): Promise<{ status: number }>;
  /** Asks the slirp4netns of a machine. */
  askNat(host: string, node: string, body: unknown): Promise<SlirpAnswer>;
}
