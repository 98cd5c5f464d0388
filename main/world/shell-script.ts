/** Words for bash. A world speaks to its first process in bash; every value passes through here. */

/** One word, whatever it holds: nothing in it is expanded. NUL cannot be in a word and is refused. */
export function quote(value: string): string {
  if (value.includes('\0')) throw new Error('a NUL character cannot be passed to a program');
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** argv as one line a shell reads back as the same argv. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}

/** Writes a file without starting a process. The parent folder must exist. */
export function writeFile(path: string, content: string): string {
  return `printf %s ${quote(content)} >${quote(path)}`;
}
