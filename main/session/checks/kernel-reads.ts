/** JSON that ip(8) prints, read on a node: only the keys the checks use. */
import type { Argv, Transport } from '../../transports/transport.ts';

export interface IpLink {
  ifname: string;
  operstate: string;
  flags: string[];
  address?: string;
  addr_info?: { family: string; local: string; prefixlen: number }[];
}

export interface IpRoute {
  dst: string;
  gateway?: string;
  dev?: string;
  type?: string;
  flags?: string[];
  prefsrc?: string;
}

export interface IpNeighbour {
  dst: string;
  dev: string;
  lladdr?: string;
  state: string[];
}

/** Rows of `ip -j …`; none when the program says nothing or fails (an unknown table is an empty one). */
export async function ipJson<T>(transport: Transport, ...words: string[]): Promise<T[]> {
  const { stdout } = await transport.exec(['ip', '-j', ...words]);
  try {
    const rows: unknown = JSON.parse(stdout.trim() || '[]');
    return Array.isArray(rows)
      ? (rows as T[]).filter((row) => Object.keys(row as object).length > 0)
      : [];
  } catch {
    return [];
  }
}

/** Output of a program that must succeed; null when it did not. */
export async function outputOf(transport: Transport, argv: Argv): Promise<string | null> {
  const result = await transport.exec(argv);
  return result.code === 0 ? result.stdout : null;
}
