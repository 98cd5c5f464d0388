/** One line of a menu. */
export interface MenuEntry {
  id: string;
  label: string;
  /** A heading or a line above this entry. */
  heading?: string;
  line?: boolean;
  colour?: string;
  hint?: string;
  disabled?: boolean;
  /** What it does takes the keyboard elsewhere. */
  leaves?: boolean;
  select: () => unknown;
}
