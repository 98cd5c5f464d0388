import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalRule } from '../../../main/rules/rule-canonical.ts';
import { parseRule, ruleArgv, RuleWordsError } from '../../../main/rules/rule-words.ts';

describe('words that are not on the list', () => {
  it.each([
    ['', 'no target'],
    ['-o eno1', 'no target'],
    ['-j', 'nothing follows'],
    ['-j ACCEPT -j DROP', 'two targets'],
    ['-o eno1 -o eno2 -j ACCEPT', 'twice'],
    ['-o averyverylonginterface -j ACCEPT', 'does not take'],
    ['-o $(reboot) -j ACCEPT', 'does not take'],
    ['-s 10.0.0.0/33 -j ACCEPT', 'does not take'],
    ['-s example.com -j ACCEPT', 'does not take'],
    ['-p tcp --dport 70000 -j ACCEPT', 'does not take'],
    ['--dport 80 -j ACCEPT', 'misplaced'],
    ['-m string --string x -j ACCEPT', 'unknown match module'],
    ['-m owner --uid-owner 0 -j ACCEPT', 'unknown match module'],
    ['-j ACCEPT --modprobe=/tmp/x', 'nothing follows'],
    ['--modprobe /tmp/x -j ACCEPT', 'misplaced'],
    ['-m __proto__ -j ACCEPT', 'unknown match module'],
    ['-j NFQUEUE --queue-num 1', 'unknown option'],
    ['! -j ACCEPT', 'cannot stand before'],
    ['-m comment --comment -D -j ACCEPT', 'does not take'],
    ['-t nat -j ACCEPT', 'misplaced'],
  ])('%s', (rule, why) => {
    expect(() => parseRule(rule)).toThrow(RuleWordsError);
    expect(() => parseRule(rule)).toThrow(why);
  });
});

describe('ruleArgv', () => {
  it('says the module that -p brings along', () => {
    expect(ruleArgv('-p tcp --dport 80 -j ACCEPT').join(' ')).toBe(
      '-p tcp -m tcp --dport 80 -j ACCEPT',
    );
  });

  it('whatever comes in: only known words come out, or an error', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '-i',
        '-o',
        '-s',
        '-p',
        '-m',
        '-j',
        '!',
        'tcp',
        'conntrack',
        '--ctstate',
        'NEW',
        'eth0',
        'ACCEPT',
        'MASQUERADE',
        '10.0.0.0/8',
        '--dport',
        '80',
        'comment',
        '--comment',
        '__proto__',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          const argv = ruleArgv(words.join(' '));
          for (const out of argv) expect(out).toMatch(/^[A-Za-z0-9!._:/=+,-]+$/);
          expect(ruleArgv(argv.join(' '))).toEqual(argv);
          expect(canonicalRule(canonicalRule(argv.join(' ')).replaceAll('"', ''))).toBeTypeOf(
            'string',
          );
        } catch (error) {
          expect(error).toBeInstanceOf(RuleWordsError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
