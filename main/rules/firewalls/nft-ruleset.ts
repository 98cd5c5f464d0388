/** The firewall as the kernel holds it, whoever wrote it: `nft -j -t list ruleset` (libnftables-json(5)). Pure. */
import { z } from 'zod';

/** Anybody with root may have named them; what has another name is shown to nobody. */
const Name = z.string().regex(/^[A-Za-z][A-Za-z0-9_./-]{0,63}$/);
const handle = z.number().int();
const Table = z.object({ family: Name, name: Name, handle });
const Chain = z.object({
  family: Name,
  table: Name,
  name: Name,
  handle,
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().optional(),
  policy: z.string().optional(),
});
const Statement = z.record(z.string(), z.unknown());
const Rule = z.object({ family: Name, table: Name, chain: Name, handle, expr: z.array(Statement) });

export type NftTable = z.infer<typeof Table>;
export type NftChain = z.infer<typeof Chain>;
export type NftStatement = z.infer<typeof Statement>;
export type NftRule = z.infer<typeof Rule>;

export interface Ruleset {
  tables: NftTable[];
  chains: NftChain[];
  rules: NftRule[];
}

/** null when it is not what nft prints: cut off, or of no nft at all. What is not understood in it is left out. */
export function parseRuleset(text: string): Ruleset | null {
  const ruleset: Ruleset = { tables: [], chains: [], rules: [] };
  let items: unknown;
  try {
    items = (JSON.parse(text) as { nftables?: unknown }).nftables;
  } catch {
    return null;
  }
  if (!Array.isArray(items)) return null;
  for (const item of items as unknown[]) {
    const table = Table.safeParse(part(item, 'table'));
    if (table.success) ruleset.tables.push(table.data);
    const chain = Chain.safeParse(part(item, 'chain'));
    if (chain.success) ruleset.chains.push(chain.data);
    const rule = Rule.safeParse(part(item, 'rule'));
    if (rule.success) ruleset.rules.push(rule.data);
  }
  return ruleset;
}

/** A part of what nft prints, of which nothing is sure; undefined when there is none. */
export function part(value: unknown, ...keys: string[]): unknown {
  let found = value;
  for (const key of keys) {
    const there = typeof found === 'object' && found !== null && Object.hasOwn(found, key);
    found = there ? (found as Record<string, unknown>)[key] : undefined;
  }
  return found;
}

/** Tables the tool iptables keeps in nftables: what they hold is read with iptables-save, which knows all of its words. */
export function isIptables({ family, table }: { family: string; table: string }): boolean {
  return /^ip6?$/.test(family) && /^(filter|nat|mangle|raw|security)$/.test(table);
}
