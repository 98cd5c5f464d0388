/** How wide terminals that stand side by side are. The one in use is wide enough for what tools print. Pure. */

/** Tables of `route`, `arp` and `netstat` are made for this many columns, and a little more. */
const usualColumns = 84;
/** A character of the terminal's font, as a part of its size. */
const characterWidth = 0.6;
/** Margin, border and scroll bar of a pane. */
const aroundText = 32;
/** The most the one in use takes, in percent, and what is left to each of the others, in sizes of the font. */
const mostShare = 70;
const leastOther = 16;

/** Percent of the width for each of `count` columns; `inUse` is the place of the one in use, or -1. */
export function shares(width: number, count: number, inUse: number, fontSize: number): number[] {
  const equal = 100 / count;
  const wanted = ((usualColumns * fontSize * characterWidth + aroundText) / width) * 100;
  if (count < 2 || inUse < 0 || inUse >= count || width <= 0 || wanted <= equal) {
    return Array.from({ length: count }, () => equal);
  }
  const left = 100 - (((count - 1) * leastOther * fontSize) / width) * 100;
  const wide = Math.max(equal, Math.min(wanted, mostShare, left));
  const other = (100 - wide) / (count - 1);
  return Array.from({ length: count }, (_, index) => (index === inUse ? wide : other));
}
