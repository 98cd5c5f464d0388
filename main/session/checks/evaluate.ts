/** Answers each check of the closed vocabulary from what a kernel holds or a learner did. */
import type { Check } from '../../contract/checks.ts';
import { LabFailure } from '../../contract/failure.ts';
import { ranMatches } from './command-words.ts';
import { ipJson, outputOf, type IpLink, type IpNeighbour, type IpRoute } from './kernel-reads.ts';
import { failed, passed, type CheckContext, type Outcome } from './outcome.ts';
import { http, reach, resolves } from './reach.ts';
import { conntrack, listens, socket } from './traffic.ts';

type Of<K extends Check['check']> = Extract<Check, { check: K }>;

/** Never rejects: a node that is down is an outcome. `check` has its templates filled. */
export async function evaluate(check: Check, context: CheckContext): Promise<Outcome> {
  try {
    return await answer(check, context);
  } catch (error) {
    const node = 'node' in check ? check.node : null;
    const reason =
      error instanceof LabFailure && error.code === 'node-down' ? 'node-down' : 'no-answer';
    return failed(node, check.say, error instanceof Error ? error.message : String(error), reason);
  }
}

function answer(check: Check, context: CheckContext): Promise<Outcome> | Outcome {
  switch (check.check) {
    case 'node':
      return nodeLife(check, context);
    case 'addr':
      return address(check, context);
    case 'link':
      return link(check, context);
    case 'route':
      return route(check, context);
    case 'neigh':
      return neighbour(check, context);
    case 'sysctl':
      return sysctl(check, context);
    case 'rule':
      return rule(check, context);
    case 'nat':
    case 'conntrack':
      return conntrack(check, context);
    case 'reach':
      return reach(check.node, check.to, context);
    case 'resolves':
      return resolves(check.node, check.name, context);
    case 'http':
      return http(check.node, check.url, check.contains, context);
    case 'listens':
      return listens(check, context);
    case 'socket':
      return socket(check, context);
    case 'fdb':
      return forwardingDatabase(check, context);
    case 'file':
      return file(check, context);
    case 'ran':
      return ran(check, context);
    case 'answer':
      return context.answered.has(check.prediction)
        ? passed(null, 'an answer')
        : failed(null, 'an answer', 'none yet', 'not-yet');
  }
}

function rule(check: Of<'rule'>, context: CheckContext): Outcome {
  const life = context.ruleLife(check.rule);
  const expected = `${check.rule} is ${check.is}`;
  if (life === check.is) return passed(null, expected);
  const near = check.is === 'on' ? context.nearMiss(check.rule) : null;
  if (near) return failed(null, expected, near.found, near.reason);
  return failed(null, expected, life, life === 'off' ? 'absent' : 'differs');
}

function nodeLife(check: Of<'node'>, context: CheckContext): Outcome {
  const found = context.isUp(check.node) ? 'up' : 'down';
  const expected = `${check.node} is ${check.is}`;
  if (found === check.is) return passed(check.node, expected);
  return failed(
    check.node,
    expected,
    `${check.node} is ${found}`,
    found === 'down' ? 'node-down' : 'differs',
  );
}

async function address(check: Of<'addr'>, context: CheckContext): Promise<Outcome> {
  const links = await ipJson<IpLink>(context.transport(check.node), 'addr', 'show');
  const expected = `${check.address} on ${check.interface}`;
  const holder = links.find((item) => item.addr_info?.some((info) => info.local === check.address));
  if (holder?.ifname === check.interface) return passed(check.node, expected);
  if (holder)
    return failed(check.node, expected, `${check.address} on ${holder.ifname}`, 'wrong-interface');
  const there = links.find((item) => item.ifname === check.interface);
  const found = there
    ? there.addr_info
        ?.filter((info) => info.family === 'inet')
        .map((info) => info.local)
        .join(', ') || 'no address'
    : `no ${check.interface}`;
  return failed(check.node, expected, found, there ? 'differs' : 'absent');
}

async function link(check: Of<'link'>, context: CheckContext): Promise<Outcome> {
  const links = await ipJson<IpLink>(context.transport(check.node), 'link', 'show');
  const item = links.find((row) => row.ifname === check.interface);
  const found = !item
    ? 'absent'
    : !item.flags.includes('UP')
      ? 'down'
      : item.flags.includes('NO-CARRIER')
        ? 'no-carrier'
        : 'up';
  const expected = `${check.interface} is ${check.is}`;
  if (found === check.is) return passed(check.node, expected);
  return failed(
    check.node,
    expected,
    `${check.interface} is ${found}`,
    found === 'up' ? 'differs' : found,
  );
}

async function route(check: Of<'route'>, context: CheckContext): Promise<Outcome> {
  const rows = await ipJson<IpRoute>(
    context.transport(check.node),
    '-4',
    'route',
    'show',
    'table',
    check.table,
  );
  const via = check.via ? ` via ${check.via}` : '';
  const dev = check.dev ? ` dev ${check.dev}` : '';
  const expected = `${check.to}${via}${dev}`;
  const same = rows.filter((row) => row.dst === check.to);
  const right = same.find(
    (row) => (!check.via || row.gateway === check.via) && (!check.dev || row.dev === check.dev),
  );
  if (right) return passed(check.node, expected);
  const [other] = same;
  if (!other) return failed(check.node, expected, 'no such route', 'absent');
  const found = same
    .map((row) => `${row.dst}${row.gateway ? ` via ${row.gateway}` : ''} dev ${row.dev ?? '?'}`)
    .join('; ');
  return failed(
    check.node,
    expected,
    found,
    check.via && other.gateway !== check.via ? 'wrong-gateway' : 'wrong-interface',
  );
}

async function neighbour(check: Of<'neigh'>, context: CheckContext): Promise<Outcome> {
  const rows = await ipJson<IpNeighbour>(context.transport(check.node), '-4', 'neigh', 'show');
  const row = rows.find((item) => item.dst === check.address && item.lladdr);
  const expected = `${check.address}${check.dev ? ` on ${check.dev}` : ''} is known${check.interfaceOf ? `, with a MAC of ${check.interfaceOf}` : ''}`;
  if (!row) {
    const tried = rows.some((item) => item.dst === check.address);
    return failed(
      check.node,
      expected,
      tried ? 'asked, nobody answered' : 'not in the table',
      tried ? 'no-neighbour' : 'absent',
    );
  }
  const found = `${row.dst} is at ${row.lladdr ?? '?'} on ${row.dev}`;
  if (check.dev && row.dev !== check.dev)
    return failed(check.node, expected, found, 'wrong-interface');
  if (check.interfaceOf && !(await context.macsOf(check.interfaceOf)).includes(row.lladdr ?? ''))
    return failed(check.node, expected, found, 'differs');
  return passed(check.node, expected, found);
}

async function sysctl(check: Of<'sysctl'>, context: CheckContext): Promise<Outcome> {
  const path = `/proc/sys/${check.key.replaceAll('.', '/')}`;
  const text = await outputOf(context.transport(check.node), ['cat', path]);
  const expected = `${check.key} = ${check.is}`;
  if (text === null) return failed(check.node, expected, 'no such key', 'absent');
  const found = text.trim().replace(/\s+/g, ' ');
  return found === check.is
    ? passed(check.node, expected)
    : failed(check.node, expected, `${check.key} = ${found}`, 'differs');
}

async function forwardingDatabase(check: Of<'fdb'>, context: CheckContext): Promise<Outcome> {
  const result = await context
    .transport(check.node)
    .exec(['bridge', '-j', 'fdb', 'show', 'br', check.bridge]);
  const rows = JSON.parse(result.stdout.trim() || '[]') as { mac: string; ifname: string }[];
  const macs = await context.macsOf(check.interfaceOf);
  const row = rows.find((item) => macs.includes(item.mac));
  const expected = `${check.bridge} has learnt where ${check.interfaceOf} is`;
  return row
    ? passed(check.node, expected, `${row.mac} behind ${row.ifname}`)
    : failed(check.node, expected, 'not learnt', 'absent');
}

async function file(check: Of<'file'>, context: CheckContext): Promise<Outcome> {
  const text = await outputOf(context.transport(check.node), [
    'head',
    '-c',
    '200000',
    '--',
    check.path,
  ]);
  const expected = check.contains
    ? `${check.path} holds “${check.contains}”`
    : `${check.path} is there`;
  if (text === null) return failed(check.node, expected, 'no such file', 'absent');
  if (!check.contains || text.includes(check.contains)) return passed(check.node, expected);
  return failed(check.node, expected, 'the file is there without it', 'differs');
}

function ran(check: Of<'ran'>, context: CheckContext): Outcome {
  const expected = `${check.command} on ${check.node}`;
  const matching = context.ran.filter(
    (item) => item.node === check.node && ranMatches(item.command, check.command),
  );
  const done = matching.find((item) => check.exit === undefined || item.exit === check.exit);
  if (done) return passed(check.node, expected, done.command);
  const last = matching.at(-1);
  if (!last) return failed(check.node, expected, 'not yet', 'not-yet');
  if (last.exit === null)
    return failed(check.node, expected, `${last.command} still runs`, 'not-yet');
  return failed(check.node, expected, `${last.command} ended with ${String(last.exit)}`, 'failed');
}
