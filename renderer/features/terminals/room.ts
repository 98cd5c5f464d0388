/** How wide terminals that stand side by side are. The one in use is wide enough for what tools print. Pure. */

/** Tables of `route`, `arp` and `netstat` are made for this many columns. */
const usualColumns = 80;
/** A character of the terminal's font, as a part of its size. */
const characterWidth = 0.6;
/** Margin, border and scroll bar of a pane. */
const aroundText = 32;
/** The most the one in use takes, in percent: the others must stay readable. */
const mostShare = 70;

/** Percent of the width for each of `count` columns; `inUse` is the place of the one in use, or -1. */
export function shares(width: number, count: number, inUse: number, fontSize: number): number[] {
  const equal = 100 / count;
  const wanted = ((usualColumns * fontSize * characterWidth + aroundText) / width) * 100;
  if (count < 2 || inUse < 0 || inUse >= count || width <= 0 || wanted <= equal) {
    return Array.from({ length: count }, () => equal);
  }
  const wide = Math.max(equal, Math.min(wanted, mostShare - (count - 2) * 10));
  const other = (100 - wide) / (count - 1);
  return Array.from({ length: count }, (_, index) => (index === inUse ? wide : other));
}
