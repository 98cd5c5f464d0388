/**
 * Does a packet get there and back? When it does not, the way is followed hop by hop to the first thing
 * that is wrong, so that a hint can name it instead of saying "no answer".
 */
import type { Reason } from '../../contract/checks.ts';
import { ipJson, outputOf, type IpLink, type IpNeighbour, type IpRoute } from './kernel-reads.ts';
import { failed, passed, type CheckContext, type Outcome } from './outcome.ts';

const ipv4 = /^\d{1,3}(\.\d{1,3}){3}$/;

export async function reach(node: string, to: string, context: CheckContext): Promise<Outcome> {
  const expected = `${to} answers ${node}'s ping`;
  const transport = context.transport(node);
  const target = ipv4.test(to) ? to : await lookUp(node, to, context);
  if (!target) return failed(node, expected, `${to} has no address`, 'unresolved');
  const way = await firstHop(node, target, context);
  if (way.reason) return failed(node, expected, way.found, way.reason);
  const before = await drops(way.router, context);
  const ping = await transport.exec(['ping', '-n', '-c', '1', '-W', '1', target]);
  if (ping.code === 0) return passed(node, expected);
  const { found, reason } = await diagnose(node, target, way, before, context);
  return failed(node, expected, found, reason);
}

interface Way {
  reason: Reason | null;
  found: string;
  /** Address the packet leaves with. */
  source: string;
  /** Next hop's address, and the lab's node that has it. */
  hop: string;
  device: string;
  router: string | null;
}

async function firstHop(node: string, target: string, context: CheckContext): Promise<Way> {
  const transport = context.transport(node);
  const [route] = await ipJson<IpRoute>(transport, 'route', 'get', target);
  const none: Way = {
    reason: 'no-route',
    found: `${node} has no route to ${target}`,
    source: '',
    hop: target,
    device: '',
    router: null,
  };
  if (!route) return none;
  const hop = route.gateway ?? target;
  const device = route.dev ?? '';
  const links = await ipJson<IpLink>(transport, 'link', 'show', 'dev', device);
  const way: Way = {
    reason: null,
    found: '',
    source: route.prefsrc ?? '',
    hop,
    device,
    router: route.gateway ? context.nodeOf(hop) : null,
  };
  if (links[0]?.flags.includes('NO-CARRIER'))
    return {
      ...way,
      reason: 'no-carrier',
      found: `the way leads through ${device}, whose cable is out`,
    };
  return way;
}

/** Packets the FORWARD policy has dropped on a node so far, or null when it cannot be read. */
async function drops(router: string | null, context: CheckContext): Promise<number | null> {
  if (!router) return null;
  const text = await outputOf(context.transport(router), [
    'iptables',
    '-w',
    '5',
    '-L',
    'FORWARD',
    '-v',
    '-x',
    '-n',
  ]).catch(() => null);
  const match = /\(policy DROP (\d+) packets/.exec(text ?? '');
  return match ? Number(match[1]) : null;
}

async function diagnose(
  node: string,
  target: string,
  way: Way,
  before: number | null,
  context: CheckContext,
): Promise<{ found: string; reason: Reason }> {
  const neighbours = await ipJson<IpNeighbour>(context.transport(node), 'neigh', 'show', way.hop);
  const known = neighbours.find((row) => row.dst === way.hop);
  if (known && !known.lladdr)
    return { reason: 'no-neighbour', found: `nobody on ${way.device} has ${way.hop}` };
  if (way.router) {
    const forwarding = await outputOf(context.transport(way.router), [
      'cat',
      '/proc/sys/net/ipv4/ip_forward',
    ]).catch(() => null);
    if (forwarding?.trim() === '0')
      return {
        reason: 'no-forwarding',
        found: `the request reaches ${way.router}, which does not forward`,
      };
    const after = await drops(way.router, context);
    if (before !== null && after !== null && after > before)
      return { reason: 'filtered', found: `${way.router}'s FORWARD chain drops it` };
  }
  const far = context.nodeOf(target);
  if (far && way.source) {
    const back = await ipJson<IpRoute>(context.transport(far), 'route', 'get', way.source).catch(
      () => [],
    );
    const leads = back[0]?.gateway ?? back[0]?.dev;
    if (!leads || !(await leadsBack(far, way.source, context))) {
      return {
        reason: 'no-return',
        found: `${target} gets it from ${way.source} and has no way back there`,
      };
    }
  }
  return { reason: 'no-answer', found: 'sent, no answer within a second' };
}

/** Whether the far node's route for the source leads to an address some node of the lab forwards from. */
async function leadsBack(far: string, source: string, context: CheckContext): Promise<boolean> {
  const [route] = await ipJson<IpRoute>(context.transport(far), 'route', 'get', source);
  if (!route) return false;
  if (!route.gateway) return true;
  return context.nodeOf(route.gateway) !== null;
}

async function lookUp(node: string, name: string, context: CheckContext): Promise<string | null> {
  const result = await context
    .transport(node)
    .exec(['getent', 'ahostsv4', name], { timeoutMs: 8000 })
    .catch(() => null);
  return result?.code === 0 ? (result.stdout.split(/\s+/)[0] ?? null) : null;
}

export async function resolves(
  node: string,
  name: string,
  context: CheckContext,
): Promise<Outcome> {
  const expected = `${node} finds the address of ${name}`;
  const address = await lookUp(node, name, context);
  return address
    ? passed(node, expected, address)
    : failed(node, expected, 'no address', 'unresolved');
}

export async function http(
  node: string,
  url: string,
  contains: string | undefined,
  context: CheckContext,
): Promise<Outcome> {
  const expected = contains ? `${url} answers with “${contains}”` : `${url} answers`;
  const result = await context.transport(node).exec(['curl', '-sS', '-m', '3', '--', url]);
  if (result.code === 0) {
    if (!contains || result.stdout.includes(contains)) return passed(node, expected);
    return failed(node, expected, `another page: ${result.stdout.slice(0, 60)}`, 'differs');
  }
  // Exit statuses of curl(1).
  const reasons: Record<number, Reason> = { 6: 'unresolved', 7: 'refused' };
  const host = /^http:\/\/([^/:]+)/.exec(url)?.[1] ?? '';
  const reason = reasons[result.code];
  if (reason) return failed(node, expected, result.stderr.trim().slice(0, 160), reason);
  const why = ipv4.test(host) ? await reach(node, host, context) : null;
  return failed(
    node,
    expected,
    why?.passed === false ? why.found : result.stderr.trim().slice(0, 160),
    why?.reason ?? 'no-answer',
  );
}
