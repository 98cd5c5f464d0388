/** `ip -j route show table all`. A route of the main table has no `table`; ip-route(8). */
import { z } from 'zod';
import { parseJsonRows, type Parsed } from './parsed.ts';

const Hop = z.object({
  gateway: z.string().optional(),
  dev: z.string().optional(),
  weight: z.number().optional(),
  flags: z.array(z.string()).default([]),
});

const Route = z.object({
  dst: z.string(),
  type: z.string().default('unicast'),
  table: z.string().default('main'),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  protocol: z.string().default('boot'),
  scope: z.string().optional(),
  prefsrc: z.string().optional(),
  metric: z.number().optional(),
  flags: z.array(z.string()).default([]),
  nexthops: z.array(Hop).default([]),
});
export type Route = z.infer<typeof Route>;

export const parseRoutes = (text: string): Parsed<Route> => parseJsonRows(text, Route);

/** IPv6 has its own tables; the labs are about IPv4. */
export const isIpv4Route = (route: Route) => !route.dst.includes(':') && route.type !== 'anycast';
