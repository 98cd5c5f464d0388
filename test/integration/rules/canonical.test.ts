/** `canonicalRule` must say what iptables-save says; here the kernel is asked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalRule } from '../../../main/rules/rule-canonical.ts';
import { ruleArgv } from '../../../main/rules/rule-words.ts';
import { makeNode, type TestNode } from './namespace.ts';

let node: TestNode;
beforeAll(async () => {
  node = await makeNode();
});
afterAll(() => {
  node.close();
});

const filter = [
  '-o eno1 -i vboxnet0 -s 192.168.50.0/24 -m conntrack --ctstate NEW -j ACCEPT',
  '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
  '-p tcp --dport 80 -d 10.0.0.1 -j REJECT',
  '-p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset',
  '-p icmp --icmp-type echo-request -j LOG --log-prefix x: --log-level 6',
  '-p icmp -j LOG --log-level 4',
  '-p udp -m multiport --dports 53,67:68 -m comment --comment hello -j RETURN',
  '-m comment --comment with.dots/and-more -j RETURN',
  '-m state --state ESTABLISHED,NEW -j ACCEPT',
  '! -s 10.1.2.3/8 ! -o eth+ -p all -m addrtype --dst-type LOCAL -m limit --limit 3/min -j ACCEPT',
  '-m conntrack ! --ctstate NEW,UNTRACKED,INVALID,DNAT -j ACCEPT',
  '--in-interface eth0 --protocol tcp --source-port 5 ! --destination-port 1:65535 --jump DROP',
  '-p tcp --dport 0:10 --sport 100: -j ACCEPT',
  '-d 0.0.0.0/0 -j DROP',
  '-m mark --mark 0x1 -j DROP',
];
const nat = [
  '-o eno1 -j MASQUERADE',
  '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
  '-o eno1 -j SNAT --to-source 1.2.3.4-1.2.3.9',
  '-o eno1 -p tcp -j MASQUERADE --to-ports 100-200',
];

describe('canonicalRule', () => {
  it.each([
    ...filter.map((rule) => ['filter', 'FORWARD', rule] as const),
    ...nat.map((rule) => ['nat', 'POSTROUTING', rule] as const),
    ['nat', 'PREROUTING', '-p tcp --dport 8800 -j DNAT --to-destination 10.0.0.1:80'] as const,
    ['nat', 'PREROUTING', '-p tcp --dport 81 -j REDIRECT --to-ports 8080'] as const,
  ])('%s %s %s', async (table, chain, rule) => {
    await node.sh(`iptables -w 5 -t ${table} -F ${chain}`);
    const argv = ['iptables', '-w', '5', '-t', table, '-A', chain, ...ruleArgv(rule)] as const;
    expect(await node.transport.exec(argv as unknown as [string])).toMatchObject({ code: 0 });
    const saved = await node.sh(`iptables-save -t ${table}`);
    expect(saved).toContain(`-A ${chain} ${canonicalRule(rule)}\n`);
  });
});
