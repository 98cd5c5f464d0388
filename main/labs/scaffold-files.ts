/** The text of the files `hoplab new` writes. */

/** Path in the lab's folder → text. `id` has passed LabId. */
export function scaffoldFiles(id: string): Record<string, string> {
  return {
    'lab.yaml': labYaml(id),
    'steps/01-look.md': look,
    'steps/02-forward.md': forward,
  };
}

const labYaml = (id: string) => `format: 1
id: ${id}
title: My first lab
order: 100
summary: A machine on a host-only network wants to reach the router of the LAN.
minutes: 10
learn:
  - Turn a Linux host into a router
requires: [veth, nat, conntrack]
folder: mylab

networks:
  host-only: { mode: host-only, subnet: 192.168.60.0/24, device: vboxnet0 }
  lan: { mode: lan, subnet: 192.168.178.0/24 }

nodes:
  host:
    kind: host
    user: learner
    interfaces:
      - { name: eno1, network: lan, address: 192.168.178.20 }
    gateway: 192.168.178.1
    dns: [192.168.178.1]
    place: { column: 1, row: 0 }
  boxA:
    kind: machine
    user: vagrant
    interfaces:
      - { name: enp0s8, network: host-only, address: 192.168.60.4 }
    gateway: 192.168.60.1
    place: { column: 0, row: 0 }
  router:
    kind: router
    interfaces:
      - { name: eth0, network: lan, address: 192.168.178.1 }
    place: { column: 2, row: 0 }

rules:
  ip-forward:
    title: Let the host pass packets on
    what: Turns on forwarding in the host's kernel.
    operations:
      - { do: sysctl, node: host, key: net.ipv4.ip_forward, value: '1' }
  masquerade:
    title: Lend boxA the host's address
    what: Replaces the source of packets that leave for the LAN by the host's own address.
    operations:
      - do: iptables-append
        node: host
        table: nat
        chain: POSTROUTING
        rule: -s {{host-only.subnet}} -o {{lan.device}} -j MASQUERADE

terminals: [host, boxA]
panels: { host: firewall, boxA: routes }
`;

const look = `---
title: Start the machine
panels: { host: interfaces, boxA: routes }
checks:
  - id: up
    check: node
    node: boxA
    is: up
    say: boxA is running
  - id: looked
    check: ran
    node: boxA
    command: ip route
    exit: 0
    mode: edge
    say: You looked at boxA's routes
hints:
  - check: up
    when: node-down
    say: 'Type \`vagrant up\` in the host''s terminal.'
  - check: looked
    when: not-yet
    say: 'Type \`ip route\` in boxA''s terminal.'
solve:
  - { on: host, type: cd ~/mylab }
  - { on: host, type: vagrant up }
  - { on: boxA, type: ip route }
---

Start the machine, and look where it sends its packets.

\`\`\`sh host
vagrant up
\`\`\`

\`\`\`sh boxA
ip route
\`\`\`

Everything goes to {{host-only.host}}, which is the host.
`;

const forward = `---
title: Pass packets on
panels: { host: firewall, boxA: routes }
predictions:
  - id: enough
    ask: Is it enough to turn on forwarding?
    choices:
      - 'Yes'
      - No, the router has no way back to boxA
    answer: 1
    because: The router knows only its own network, so its answer to boxA's address is lost.
checks:
  - id: said
    check: answer
    prediction: enough
    mode: edge
    say: You made a guess
  - id: reach
    check: reach
    node: boxA
    to: '{{lan.gateway}}'
    say: The router answers boxA
hints:
  - check: reach
    when: no-forwarding
    say: The host does not forward yet.
  - check: reach
    when: no-return
    say: The packet arrives, but the answer finds no way back. Masquerade it.
rules: [ip-forward, masquerade]
solve:
  - { on: host, answer: { prediction: enough, choice: 1 } }
  - { on: host, type: sudo sysctl -w net.ipv4.ip_forward=1 }
  - on: host
    type: sudo iptables -t nat -A POSTROUTING -s {{host-only.subnet}} -o {{lan.device}} -j MASQUERADE
---

\`\`\`predict enough

\`\`\`

\`\`\`sh host
sudo sysctl -w net.ipv4.ip_forward=1
\`\`\`

\`\`\`rule ip-forward

\`\`\`

\`\`\`sh host
sudo iptables -t nat -A POSTROUTING -s {{host-only.subnet}} -o {{lan.device}} -j MASQUERADE
\`\`\`

\`\`\`rule masquerade

\`\`\`
`;
