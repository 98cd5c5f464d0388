import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ranMatches, simpleCommands } from '../../../main/session/checks/command-words.ts';

test.each([
  ['ifconfig -a', 'ifconfig -a', true],
  ['sudo ifconfig -a | less', 'ifconfig -a', true],
  ['ifconfig', 'ifconfig -a', false],
  ['echo ifconfig', 'ifconfig', false],
  ['/usr/sbin/arp -n', 'arp -n', true],
  ['sudo -u learner LANG=C arp -n', 'arp', true],
  ['true && ping -c 3 leftasexercise.com', 'ping leftasexercise.com', true],
  ['docker inspect nginx | jq -r ".[0].NetworkSettings.IPAddress"', 'docker inspect', true],
  [`vm=$(vboxmanage list vms | grep "boxA" | awk '{print $1}')`, 'vboxmanage showvminfo', false],
])('%s ran %s: %s', (line, wanted, expected) => {
  expect(ranMatches(line, wanted)).toBe(expected);
});

test('never throws, and loses no plain word', () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      simpleCommands(line);
    }),
  );
  const word = fc.stringMatching(/^[a-z][a-z0-9./-]{0,8}$/).filter((text) => text !== 'sudo');
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      expect(simpleCommands(words.join('  '))).toEqual([words]);
    }),
  );
});
