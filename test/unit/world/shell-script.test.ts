/** Whatever a value holds, bash reads it back as one word. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine, quote } from '../../../main/world/shell-script.ts';

test('any word survives bash', () => {
  const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const out = execFileSync('bash', ['--norc', '-c', `printf '%s\\0' ${commandLine(words)}`], {
        env: { LC_ALL: 'C.UTF-8' },
      });
      expect(out.toString('utf8').split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 60 },
  );
});

test('a NUL is refused', () => {
  expect(() => quote('a\0b')).toThrow();
});
