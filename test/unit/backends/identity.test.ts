import { describe, expect, test } from 'vitest';
import { identityFor, parseVersion } from '../../../main/backends/sandbox/identity.ts';

test.each([
  ['unshare from util-linux 2.41.5', { major: 2, minor: 41 }],
  ['unshare from util-linux 2.37.2', { major: 2, minor: 37 }],
  ['', { major: 0, minor: 0 }],
])('%s', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

describe('root', () => {
  test('is never the real root inside', () => {
    for (const minor of [38, 39, 41]) {
      const { flags } = identityFor(0, { major: 2, minor }, null);
      expect(flags).toContain('--setuid=0');
      expect(flags.join(' ')).toMatch(
        minor === 38 ? /--map-users=[1-9]\d+,0,65536/ : /--map-users=0:[1-9]\d+:65536/,
      );
      expect(flags).not.toContain('--map-root-user');
    }
  });

  test('is refused where that cannot be', () => {
    expect(() => identityFor(0, { major: 2, minor: 37 }, null)).toThrow(
      /cannot give root another id/,
    );
  });
});

describe('an ordinary user', () => {
  test('has a range where the system gives one', () => {
    expect(identityFor(1000, { major: 2, minor: 41 }, null)).toMatchObject({
      ranged: true,
      advice: null,
    });
  });

  test('goes on with one id otherwise, and is told what lacks', () => {
    expect(identityFor(1000, { major: 2, minor: 37 }, null)).toMatchObject({
      ranged: false,
      flags: ['--user', '--map-root-user'],
    });
    expect(identityFor(1000, { major: 2, minor: 41 }, 'no line')).toMatchObject({
      ranged: false,
      advice: 'no line',
    });
  });
});
