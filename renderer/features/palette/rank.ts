/** Which commands fit what was typed, the best first within their groups' order. Pure. */
export interface Named {
  title: string;
  group: string;
}

/** Every typed word must begin a word of the title, or at least be in it. */
function score(title: string, words: readonly string[]): number | null {
  const lower = title.toLowerCase();
  let sum = 0;
  for (const word of words) {
    const at = lower.indexOf(word);
    if (at < 0) return null;
    const begins = at === 0 || /[^a-z0-9]/.test(lower[at - 1] ?? '');
    sum += (begins ? 0 : 50) + at;
  }
  return sum;
}

export function rank<T extends Named>(all: readonly T[], typed: string): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = [...new Set(all.map(({ group }) => group))];
  const scored = all.flatMap((each) => {
    const found = score(each.title, words);
    return found === null ? [] : [{ each, found }];
  });
  const bestOf = (group: string) =>
    words.length === 0
      ? groups.indexOf(group)
      : Math.min(...scored.filter(({ each }) => each.group === group).map(({ found }) => found));
  const order = [...groups].sort((a, b) => bestOf(a) - bestOf(b));
  return scored
    .sort(
      (a, b) =>
        order.indexOf(a.each.group) - order.indexOf(b.each.group) ||
        (words.length === 0 ? 0 : a.found - b.found),
    )
    .map(({ each }) => each);
}
