/** Splits a rule of iptables-save into words: spaces part them, double quotes hold them together, backslash escapes. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quoted = false;
  let begun = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\\' && quoted && at + 1 < text.length) {
      word += text[++at] ?? '';
    } else if (char === '"') {
      quoted = !quoted;
      begun = true;
    } else if (char === ' ' && !quoted) {
      if (begun || word !== '') words.push(word);
      word = '';
      begun = false;
    } else word += char;
  }
  if (begun || word !== '') words.push(word);
  return words;
}
