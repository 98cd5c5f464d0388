/** The life of a lab on one kind of virtualisation. Stateless between calls: the truth is what status finds. */
import type { BackendHealth } from '../contract/health.ts';
import type { Lab } from '../contract/lab.ts';
import type { Answers, Question } from '../contract/questions.ts';
import type { BackendKind, NodeLife, RightsState } from '../contract/session.ts';
import type { Transport } from '../transports/transport.ts';

/** What a long call reports to, and is stopped by. */
export interface Task {
  readonly signal: AbortSignal;
  /** `fraction` 0–1, or null when it cannot be told. */
  progress(fraction: number | null, label: string): void;
  log(line: string): void;
  /**
   * Asks the learner and waits for an answer to each question. Absent where there is nobody to ask: then what each question has
   * marked holds. Rejects with `cancelled`.
   */
  ask?(questions: readonly Question[]): Promise<Answers>;
}

export interface NodeStatus {
  id: string;
  life: NodeLife;
  detail: string | null;
}

/** Permission to change the learner's own computer. Asked for once for a lab, and only when the learner says so. */
export interface HostRights {
  readonly state: RightsState['state'];
  readonly how: RightsState['how'];
  /** Rejects with `cancelled` or `not-permitted`, and then nothing was changed. */
  request(): Promise<void>;
  cancel(): void;
  /** Lets VirtualBox use a range of addresses, until the lab's changes are taken back. Rejects, and then nothing was changed. */
  allowRange(labId: string, change: string, range: string): Promise<void>;
  /** Takes back what a lab has changed, also in an earlier run; answers the command lines taken back. */
  undoLab(labId: string): Promise<string[]>;
  /** Takes back what is left, and gives the permission back. */
  end(): Promise<void>;
  onChange(listener: () => void): () => void;
}

/** What an opened lab needs changed on this computer before it can be used. */
export interface Need {
  /** What does not work without. */
  why: string;
  /** What is changed, word for word. */
  lines: string[];
}

/** Something about this computer that a learner should know before they wonder. */
export interface Remark {
  title: string;
  text: string;
}

export interface Backend {
  readonly kind: BackendKind;
  /** Present where a lab's host is the learner's own computer. */
  readonly rights?: HostRights;
  /** What the learner's answers make necessary and only their permission allows; null when there is nothing. */
  need?(lab: Lab): Need | null;
  /** The permission is there: changes what the lab needs. Rejects with LabFailure, and then nothing was changed. */
  permitted?(lab: Lab): Promise<void>;
  /** Ends machines and containers, as a learner does at the end of a lab; the lab stays open. Rejects as `destroy` does. */
  tidy?(lab: Lab): Promise<void>;
  /** Usable? What is missing, how to fix it. Never throws. */
  probe(): Promise<BackendHealth>;
  /**
   * Brings up what stands when a lab is opened; with `machines`, the machines too. Safe to repeat.
   * Rejects with LabFailure, and then nothing of the lab is left.
   */
  up(lab: Lab, task: Task, options?: { machines?: boolean }): Promise<void>;
  /** Stops the machines and keeps their disks. */
  halt(lab: Lab, task: Task): Promise<void>;
  /**
   * Removes all traces, also those of a lab half made. Rejects with what could not be removed and how to do so by hand; the lab
   * is closed all the same.
   */
  destroy(lab: Lab, task: Task): Promise<void>;
  /** Asks the back end, not a cache. */
  status(lab: Lab): Promise<NodeStatus[]>;
  /** Calls back whenever the life of a node may have changed, by whomever; returns how to stop. */
  watch(lab: Lab, listener: () => void): () => void;
  /**
   * The lab as it is on this computer: other names, other addresses. The same object while nothing changes; the lab itself
   * where a backend makes everything as the lab file says.
   */
  adapted?(lab: Lab): Lab;
  /** What is different here from what the lab says; empty when nothing is. */
  remarks?(lab: Lab): Remark[];
  /**
   * Brings an opened lab back to where it was when its machines had first come up, faster than destroying and making them.
   * Answers false when it cannot, and then nothing was changed.
   */
  reset?(lab: Lab, task: Task): Promise<boolean>;
  /** Where the lab's Vagrantfile lies on its host. */
  folderOf(lab: Lab): string;
  /** Throws LabFailure `node-down` when the lab is not up; a node that is down says so at the first use. */
  transport(lab: Lab, node: string): Transport;
}
