/** Whose part of the firewall is whose, and whether somebody's part is the same as before or was built anew. Pure. */
import { isIptables, type Ruleset } from './nft-ruleset.ts';

/** Programs that keep a part of the firewall and build it anew when they are reloaded. */
export type Owner = 'firewalld' | 'ufw' | 'Docker';

interface Place {
  family: string;
  table: string;
  chain: string;
}

/**
 * firewalld has a table of its own, or with its older back end chains among those of iptables (firewall/core/ipXtables.py);
 * ufw's chains bear its name; Docker's begin with DOCKER, and with its nftables back end it has tables of its own. DOCKER-USER
 * is the learner's: Docker leaves it alone.
 */
export function ownerOf({ family, table, chain }: Place): Owner | null {
  if (table === 'firewalld') return 'firewalld';
  if (table === 'docker-bridges') return 'Docker';
  if (!family.startsWith('ip')) return null;
  if (/^(FORWARD|INPUT|OUTPUT|PREROUTING|POSTROUTING)_(direct|POLICIES)$/.test(chain))
    return 'firewalld';
  if (/^(FWD|IN|PRE|POST)_[a-z]/.test(chain)) return 'firewalld';
  if (/^ufw6?-/.test(chain)) return 'ufw';
  return /^DOCKER(-|$)/.test(chain) && chain !== 'DOCKER-USER' ? 'Docker' : null;
}

/** Why rules went, as far as the kernel shows it. */
export interface Cause {
  who: Owner | 'everything';
  /** `stopped`: nothing of its own has come back yet. */
  what: 'reloaded' | 'stopped';
}

/**
 * Who has built its part anew between the two. The kernel numbers tables, and rules within a table (their handle), and never
 * gives a number twice: rules that are there again are others than before.
 */
export function whatHappened(before: Ruleset, after: Ruleset): Cause | null {
  if (goneOf(iptables(before), iptables(after))) return { who: 'everything', what: 'reloaded' };
  for (const who of ['firewalld', 'ufw', 'Docker'] as const) {
    const now = rulesOf(after, who);
    if (goneOf(rulesOf(before, who), now))
      return { who, what: now.size > 0 ? 'reloaded' : 'stopped' };
  }
  return null;
}

/** The tables of iptables for IPv4: `nft flush ruleset` and a plain `iptables-restore` make new ones. */
const iptables = ({ tables }: Ruleset) =>
  new Set(
    tables
      .filter(({ family, name }) => family === 'ip' && isIptables({ family, table: name }))
      .map(({ name, handle }) => `${name} ${String(handle)}`),
  );

function rulesOf({ tables, rules }: Ruleset, who: Owner): Set<string> {
  const numbers = new Map(tables.map(({ family, name, handle }) => [`${family} ${name}`, handle]));
  const theirs = rules.filter((rule) => ownerOf(rule) === who);
  return new Set(
    theirs.map(({ family, table, handle }) => {
      const place = `${family} ${table}`;
      return `${place} ${String(numbers.get(place))} ${String(handle)}`;
    }),
  );
}

/** Whether there were some, and none of them is left. */
const goneOf = (old: ReadonlySet<string>, now: ReadonlySet<string>) =>
  old.size > 0 && [...old].every((one) => !now.has(one));

const everything = 'all tables of iptables were emptied or loaded anew';

/** What happened, for the middle of a sentence. */
export function sayCause({ who, what }: Cause): string {
  if (who === 'everything') return everything;
  if (who === 'Docker') return `Docker was ${what === 'reloaded' ? 'restarted' : 'stopped'}`;
  return `${who} was ${what}`;
}

/** The same event while it goes on: what is stopped at first may have been restarted a moment later. */
export function sayEvent({ who }: Cause): string {
  if (who === 'everything') return everything;
  return `${who} was ${who === 'Docker' ? 'restarted' : 'reloaded'} or stopped`;
}
