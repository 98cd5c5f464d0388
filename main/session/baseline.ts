/** What must be as before when everything is undone: addresses, routes, rules, firewall and net.* settings, as text. */
import type { Argv, ExecResult } from '../platform/run.ts';

/** Runs argv somewhere: on a node, or on the learner's own machine. */
export type Runner = (argv: Argv) => Promise<ExecResult>;

const reads: { title: string; argv: Argv }[] = [
  { title: 'ip addr', argv: ['ip', '-o', 'addr', 'show'] },
  { title: 'ip route', argv: ['ip', 'route', 'show', 'table', 'all'] },
  { title: 'ip rule', argv: ['ip', 'rule', 'show'] },
  { title: 'iptables', argv: ['iptables-save'] },
  { title: 'sysctl', argv: ['sysctl', '-a', '-r', '^net\\.'] },
];

/** Counters, dates and what the kernel counts by itself say nothing of what was changed. */
function stable(text: string): string[] {
  return (
    text
      .split('\n')
      .filter((line) => !line.startsWith('#') && !/nf_conntrack_count|dev_weight|random/.test(line))
      .map((line) =>
        line
          .replace(/\[\d+:\d+\]/, '')
          .replace(/ (valid_lft|preferred_lft) \S+/g, '')
          .replace(/\\\s*$/, '')
          .trimEnd(),
      )
      // IPv6 link-local addresses come and go with a cable, by themselves.
      .filter((line) => !/fe80:|ff00::\/8/.test(line))
      // An empty table is there or not depending on who looked last (iptables-nft makes it on reading).
      .filter((line) => line !== '' && line !== 'COMMIT' && !/^\*|^:\S+ ACCEPT\s*$/.test(line))
  );
}

/** Lines by title. A program that is missing or not permitted reads as nothing, before and after alike. */
export async function readBaseline(runner: Runner): Promise<Map<string, string[]>> {
  const texts = await Promise.all(
    reads.map(({ argv }) =>
      runner(argv).then(
        (result) => result.stdout,
        () => '',
      ),
    ),
  );
  return new Map(reads.map(({ title }, index) => [title, stable(texts[index] ?? '')]));
}

/** `- was` and `+ is` lines; none when the two are the same. Order counts: a firewall is its order. */
export function difference(
  where: string,
  before: Map<string, string[]>,
  after: Map<string, string[]>,
): string[] {
  return [...before].flatMap(([title, was]) => {
    const is = after.get(title) ?? [];
    if (was.join('\n') === is.join('\n')) return [];
    const gone = was
      .filter((line) => !is.includes(line))
      .map((line) => `${where} ${title} - ${line}`);
    const come = is
      .filter((line) => !was.includes(line))
      .map((line) => `${where} ${title} + ${line}`);
    return gone.length + come.length > 0
      ? [...gone, ...come]
      : [`${where} ${title}: the order of lines changed`];
  });
}
