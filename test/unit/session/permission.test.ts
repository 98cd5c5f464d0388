/** The permission of a session whose lab needs it: in which order things come and go, and what is said when it is refused. */
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../main/backends/backend.ts';
import { LabFailure } from '../../../main/contract/failure.ts';
import type { Lab } from '../../../main/contract/lab.ts';
import type { HostGuard } from '../../../main/session/host-guard.ts';
import { Permission } from '../../../main/session/permission.ts';
import type { Terminals } from '../../../main/session/terminals.ts';

const need = { why: 'VirtualBox allows it only with a line', lines: ['* 192.168.50.0/24'] };

function permission(
  given: { need?: typeof need | null; refuse?: LabFailure; fails?: string[] } = {},
): { made: Permission; did: string[] } {
  const did: string[] = [];
  const does = (what: string, answer?: unknown) => () => {
    did.push(what);
    if (given.fails?.includes(what)) return Promise.reject(new LabFailure('timed-out', what));
    return Promise.resolve(answer);
  };
  const backend = {
    need: () => (given.need === undefined ? need : given.need),
    permitted: does('line added'),
    tidy: does('machines gone'),
  } as unknown as Backend;
  const guard = {
    allow: () => (given.refuse ? Promise.reject(given.refuse) : does('allowed')()),
    clear: does('rules undone'),
    end: does('permission given back', null),
    dispose: () => undefined,
  } as unknown as HostGuard;
  const terminals = {
    closeShells: () => did.push('shells closed'),
    dispose: () => did.push('terminals closed'),
  } as unknown as Terminals;
  const now = () => ({ lab: {} as Lab, engine: null });
  const options = { backend, report: () => undefined };
  return { made: new Permission(options, guard, terminals, now), did };
}

describe('a lab that needs the permission', () => {
  test('is given it once it is open, and only then the line is added', async () => {
    const { made, did } = permission();
    await made.meetNeed();
    expect(did).toEqual(['allowed', 'line added']);
  });

  test('takes its machines away before the line goes, and sudo’s terminal last', async () => {
    const { made, did } = permission();
    const left = await made.end(() => Promise.resolve(void did.push('lab closed')));
    expect(left).toBeNull();
    expect(did).toEqual([
      'rules undone',
      'shells closed',
      'machines gone',
      'permission given back',
      'terminals closed',
      'lab closed',
    ]);
  });

  test('gives the permission back also when something could not be taken away, and says that', async () => {
    const { made, did } = permission({ fails: ['machines gone'] });
    const left = await made.end(() => Promise.resolve(void did.push('lab closed')));
    expect(left).toMatchObject({ code: 'timed-out', message: 'machines gone' });
    expect(did.slice(-3)).toEqual(['permission given back', 'terminals closed', 'lab closed']);
  });

  test.each(['cancelled', 'not-permitted'] as const)(
    'refused (%s): says why, and the other way',
    async (code) => {
      const { made, did } = permission({
        refuse: new LabFailure(code, 'No permission was given.'),
      });
      await expect(made.meetNeed()).rejects.toMatchObject({
        code: 'needs-rights',
        message: expect.stringMatching(/only with a line.*was not opened, and nothing/) as string,
        hint: expect.stringContaining('the other addresses need no permission') as string,
      });
      expect(did).toEqual([]);
    },
  );

  test('what else goes wrong is told as it is', async () => {
    const { made } = permission({ fails: ['line added'] });
    await expect(made.meetNeed()).rejects.toMatchObject({ message: 'line added' });
  });

  test('a lab that needs nothing asks for nothing', async () => {
    const { made, did } = permission({ need: null });
    await made.meetNeed();
    expect(did).toEqual([]);
    await made.end(() => Promise.resolve(void did.push('lab closed')));
    expect(did).toEqual(['permission given back', 'terminals closed', 'lab closed']);
  });
});
