/** Whatever kills the app, and whenever: nothing of the lab remains, and the machine is as before. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { difference, readBaseline } from '../../../main/session/baseline.ts';
import { run } from '../../../main/platform/run.ts';
import { buildApp, hoplab, people, startHoplab, type Person } from '../../support/person.ts';
import { eventually, family, foreignNamespaces, processes } from '../../support/processes.ts';

const kills = 45;
/** A known seed, so that a failure can be repeated. */
const seed = 20_261_124;

function randomNumbers(state: number): () => number {
  let value = state;
  return () => {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    return value / 2_147_483_648;
  };
}

const machine = () => readBaseline((argv) => run(argv));
const mounts = (): string => readFileSync('/proc/self/mountinfo', 'utf8');
const temporary = (person: Person): string[] => readdirSync(person.env['TMPDIR'] ?? '').sort();

const who = people();
beforeAll(buildApp, 120_000);

describe.each(who.map((person) => [person.who, person] as const))('as %s', (_, person: Person) => {
  const share = Math.floor(kills / who.length) + (person === who[0] ? kills % who.length : 0);
  let wholeMs = 0;

  beforeAll(async () => {
    const made = await hoplab(person, 'new', join(person.home, 'kill-me'));
    expect(made.stderr).toBe('');
    const began = Date.now();
    const proof = await hoplab(person, 'prove', join(person.home, 'kill-me'));
    expect(proof.stdout).toContain('baseline: identical');
    wholeMs = Date.now() - began;
  }, 60_000);
  afterAll(() => {
    person.dispose();
  });

  it(`survives ${String(share)} kills at random moments of up, rule, undo and destroy`, async () => {
    const random = randomNumbers(seed + share);
    const before = { machine: await machine(), mounts: mounts(), temporary: temporary(person) };
    for (let count = 0; count < share; count += 1) {
      const child = startHoplab(person, ['prove', join(person.home, 'kill-me')]);
      await new Promise((resolve) => setTimeout(resolve, random() * wholeMs));
      const members = family(child.pid ?? -1);
      const spaces = foreignNamespaces(members);
      const app =
        members.find((item) =>
          item.namespaces.every((name) => !spaces.has(name) || name.startsWith('mnt ')),
        )?.pid ??
        child.pid ??
        -1;
      try {
        process.kill(app, 'SIGKILL');
      } catch {
        // It had ended by itself: that is a moment like any other.
      }
      if (child.exitCode === null)
        await eventually(
          'the app is gone',
          () => child.exitCode !== null || child.signalCode !== null,
        );
      await eventually(`kill ${String(count)}: its processes and namespaces are gone`, () => {
        const all = processes();
        const left = members.filter(
          (member) =>
            member.pid !== process.pid &&
            all.some(
              (item) =>
                item.pid === member.pid && item.namespaces.join() === member.namespaces.join(),
            ),
        );
        return (
          left.length === 0 && !all.some((item) => item.namespaces.some((name) => spaces.has(name)))
        );
      });
    }
    expect(difference('machine', before.machine, await machine())).toEqual([]);
    expect(mounts()).toBe(before.mounts);
    expect(temporary(person)).toEqual(before.temporary);
  }, 300_000);

  it('is as good as new after it', async () => {
    const proof = await hoplab(person, 'prove', join(person.home, 'kill-me'));
    expect(proof.stdout).toContain('baseline: identical');
  }, 60_000);
});
