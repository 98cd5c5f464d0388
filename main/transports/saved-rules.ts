/** Parts of what `iptables-save -c` prints, as other commands print them. Pure. */

/** One table, from its `*name` line to its COMMIT; empty when it is not there. */
export function tableOf(text: string, table: string): string {
  const found = new RegExp(`^\\*${table}\\n[\\s\\S]*?^COMMIT\\n?`, 'm').exec(text);
  return found?.[0] ?? '';
}

/** A chain of one table as `iptables -S CHAIN` prints it: its policy, then its rules without counters. */
export function chainListing(table: string, chain: string): string {
  const lines = table.split('\n').flatMap((line) => {
    const [, name, policy] = /^:(\S+) (\S+) \[/.exec(line) ?? [];
    if (name === chain) return [policy === '-' ? `-N ${chain}` : `-P ${chain} ${policy ?? ''}`];
    const rule = line.replace(/^\[\d+:\d+\] /, '');
    return rule.startsWith(`-A ${chain} `) ? [rule] : [];
  });
  return lines.map((line) => `${line}\n`).join('');
}
