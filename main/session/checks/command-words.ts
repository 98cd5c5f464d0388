/** Whether a typed line holds a command: by its first words, in any part of a pipeline, with or without sudo. */

/** Splits a line at shell operators and spaces, with quotes honoured; enough to compare first words. */
export function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  const pattern = /"((?:[^"\\]|\\.)*)"|'([^']*)'|(\|\|?|&&?|;|\n)|((?:[^\s"'|&;\\]|\\.)+)|\s+/g;
  let word: string | null = null;
  const flush = (): void => {
    if (word !== null) commands.at(-1)?.push(word);
    word = null;
  };
  for (const match of line.matchAll(pattern)) {
    const [all, double, single, operator, bare] = match;
    if (operator !== undefined) {
      flush();
      commands.push([]);
    } else if (/^\s+$/.test(all)) flush();
    else word = (word ?? '') + (double ?? single ?? bare ?? '').replace(/\\(.)/g, '$1');
  }
  flush();
  return commands.map(withoutPrefix).filter((words) => words.length > 0);
}

/** sudo, its flags, and variables set for one command say nothing of what was run. */
function withoutPrefix(words: string[]): string[] {
  let rest = withoutVariables(words);
  if (rest[0] === 'sudo' || rest[0] === '/usr/bin/sudo') {
    rest = rest.slice(1);
    while (rest[0]?.startsWith('-')) rest = rest.slice(rest[0] === '-u' ? 2 : 1);
  }
  return withoutVariables(rest);
}

function withoutVariables(words: string[]): string[] {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return first < 0 ? [] : words.slice(first);
}

/** `ifconfig -a` matches `sudo ifconfig -a | less`: every wanted word is there, the first one in front. */
export function ranMatches(line: string, wanted: string): boolean {
  const words = simpleCommands(wanted)[0] ?? [];
  const [program = '', ...rest] = words;
  return simpleCommands(line).some(([name = '', ...args]) => {
    if (name.replace(/^.*\//, '') !== program) return false;
    return rest.every((word) => args.includes(word));
  });
}
