/** The helper tells that the firewall has changed, and reads it whole: what the app, without root's rights, cannot do. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseRuleset } from '../../../main/rules/firewalls/nft-ruleset.ts';
import { makeComputer, type Computer, type Helper } from './helper.ts';

let computer: Computer;
let helper: Helper;
beforeEach(async () => {
  computer = await makeComputer();
  helper = computer.helper('serve');
});
afterEach(() => {
  computer.close();
});

const ask = (verb: string, fields: object = {}) => helper.ask({ id: 1, verb, ...fields });
const isThere = (pid: number) => {
  try {
    // A process that has ended and was not waited for is none any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const monitor = () => {
  const pid = String(helper.child.pid);
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
};

it('tells every change of others, in whatever tool, and nothing else of it', async () => {
  expect(await ask('watch')).toEqual({ id: 1, ok: true });
  for (const change of [
    'nft add table ip secret',
    'iptables -A FORWARD -s 10.66.6.6 -j DROP',
    'iptables -F FORWARD',
  ]) {
    const before = helper.events.length;
    await computer.bash(change);
    await expect.poll(() => helper.events.length).toBeGreaterThan(before);
  }
  expect(new Set(helper.events.map((event) => JSON.stringify(event)))).toEqual(
    new Set(['{"event":"firewall"}']),
  );
});

it('tells nothing unasked', async () => {
  expect((await ask('hello'))?.ok).toBe(true);
  await computer.bash('nft add table ip noise');
  expect((await ask('hello'))?.ok).toBe(true);
  expect(helper.events).toEqual([]);
});

it('listens once, however often it is asked to', async () => {
  await ask('watch');
  const first = monitor();
  await ask('watch');
  expect(monitor()).toBe(first);
});

it.each([
  ['its input ends', () => helper.child.stdin.end()],
  ['it is killed', () => helper.child.kill('SIGKILL')],
])('stops listening when %s', async (_, end) => {
  await ask('watch');
  const pid = monitor();
  expect(isThere(pid)).toBe(true);
  end();
  await helper.ended;
  await expect.poll(() => isThere(pid)).toBe(false);
});

it('a storm of changes and questions at once: every answer is whole', async () => {
  await ask('watch');
  const storm = computer.bash(
    'for n in {1..200}; do echo "add table ip t$n"; done | while read -r line; do nft "$line"; done',
  );
  for (let n = 0; n < 100; n += 1) expect((await ask('hello'))?.ok).toBe(true);
  await storm;
  expect(helper.stderr).toBe('');
});

it('reads all tables, with the numbers the kernel gave them, and not the elements of sets', async () => {
  await computer.bash(
    'nft add table inet other; nft "add set inet other blocked { type ipv4_addr; elements = { 203.0.113.7 }; }"; iptables -A FORWARD -j ACCEPT',
  );
  const answer = await ask('read', { what: 'nft' });
  const ruleset = parseRuleset(String(answer?.['text']));
  expect(ruleset?.tables.map(({ name }) => name).sort()).toEqual(['filter', 'other']);
  expect(ruleset?.rules.every(({ handle }) => handle > 0)).toBe(true);
  expect(String(answer?.['text'])).not.toContain('203.0.113.7');
});
