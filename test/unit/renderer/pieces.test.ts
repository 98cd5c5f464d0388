import { expect, test } from 'vitest';
import { pieces } from '../../../renderer/features/network/pieces.ts';

test('a rule is broken between its options, never inside one', () => {
  expect(
    pieces('rule', '-s 172.17.0.0/16 ! -o docker0 -m conntrack --ctstate NEW -j ACCEPT'),
  ).toEqual(['-s 172.17.0.0/16 ', '! -o docker0 ', '-m conntrack ', '--ctstate NEW ', '-j ACCEPT']);
  expect(pieces('rule', 'policy DROP')).toEqual(['policy DROP']);
});

test('addresses are broken before the port, MACs in the middle, names nowhere', () => {
  expect(pieces('from', '192.168.50.4:40400')).toEqual(['192.168.50.4', ':40400']);
  expect(pieces('address', '10.0.2.15/24')).toEqual(['10.0.2.15', '/24']);
  expect(pieces('mac', '08:00:27:3e:a1:17')).toEqual(['08:00:27:', '3e:a1:17']);
  expect(pieces('who', 'systemd-resolve')).toEqual(['systemd-resolve']);
  expect(pieces('from', ':::5355')).toEqual([':::5355']);
});
