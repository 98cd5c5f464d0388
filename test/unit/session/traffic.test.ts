import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFlows, parseSockets } from '../../../main/session/checks/traffic.ts';

test('ss: who owns a connection', () => {
  const text = `LISTEN 0 5 *:9090 *:* users:(("python3",pid=31178,fd=4))
ESTAB 0 0 172.17.0.1:52188 172.17.0.2:80 users:(("slirp4netns",pid=56,fd=9))
ESTAB 0 0 [::ffff:10.0.2.15]:22 [::ffff:10.0.2.2]:35176`;
  expect(parseSockets(text)).toMatchObject([
    { state: 'LISTEN', localPort: 9090, processes: ['python3'] },
    { peer: '172.17.0.2', peerPort: 80, processes: ['slirp4netns'] },
    { peer: '10.0.2.2', peerPort: 35_176, processes: [] },
  ]);
});

test('conntrack: the reply of a translated flow goes elsewhere', () => {
  const line =
    'tcp      6 117 TIME_WAIT src=192.168.50.4 dst=203.0.113.80 sport=1 dport=80 src=203.0.113.80 dst=192.168.178.20 sport=80 dport=1 [ASSURED] mark=0 use=1';
  expect(parseFlows(line)).toEqual([
    {
      protocol: 'tcp',
      source: '192.168.50.4',
      destination: '203.0.113.80',
      replySource: '203.0.113.80',
      replyDestination: '192.168.178.20',
    },
  ]);
});

test('neither throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseSockets(text);
      parseFlows(text);
    }),
  );
});
