/** `ip -s -d -j addr show`: interfaces with addresses, counters and kind; ip-address(8), ip-link(8). */
import { z } from 'zod';
import { parseJsonRows, type Parsed } from './parsed.ts';

const Counter = z.object({ bytes: z.number().default(0), packets: z.number().default(0) });
const none = { bytes: 0, packets: 0 };

const Address = z.object({
  family: z.string(),
  local: z.string(),
  prefixlen: z.number(),
  scope: z.string().optional(),
  dynamic: z.boolean().optional(),
  valid_life_time: z.number().optional(),
});

const Link = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  flags: z.array(z.string()).default([]),
  mtu: z.number().default(0),
  operstate: z.string().default('UNKNOWN'),
  link_type: z.string().default(''),
  address: z.string().optional(),
  master: z.string().optional(),
  promiscuity: z.number().default(0),
  linkinfo: z
    .object({ info_kind: z.string().optional(), info_slave_kind: z.string().optional() })
    .default({}),
  addr_info: z.array(Address).default([]),
  stats64: z
    .object({ rx: Counter.default(none), tx: Counter.default(none) })
    .default({ rx: none, tx: none }),
});
export type Link = z.infer<typeof Link>;

export const parseLinks = (text: string): Parsed<Link> => parseJsonRows(text, Link);
