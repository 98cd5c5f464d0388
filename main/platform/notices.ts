/** What the learner should know and may dismiss; the newest of a title replaces the older. */
import type { Notice } from '../contract/index.ts';

export class Notices {
  #list: Notice[] = [];
  #count = 0;

  constructor(private readonly changed: (list: Notice[]) => void) {}

  get list(): Notice[] {
    return this.#list;
  }

  tell(tone: Notice['tone'], title: string, text: string, detail: string | null = null): void {
    this.#count += 1;
    const id = `n${String(this.#count)}`;
    this.#list = [
      ...this.#list.filter((notice) => notice.title !== title),
      { id, tone, title, text, detail },
    ];
    this.changed(this.#list);
  }

  /** What is no longer so. */
  withdraw(title: string): void {
    this.#list = this.#list.filter((notice) => notice.title !== title);
    this.changed(this.#list);
  }

  dismiss(id: string): void {
    this.#list = this.#list.filter((notice) => notice.id !== id);
    this.changed(this.#list);
  }
}
