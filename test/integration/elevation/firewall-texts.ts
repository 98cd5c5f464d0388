/** Firewalls as others leave them on a learner's computer, as scripts that load them. */

/** Engine 28 and 29 with iptables: integration/network/bridge/iptablesdoc/generated/new-daemon.md of moby, without its nat table. */
export const docker = `iptables-restore --noflush <<'RULES'
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-INTERNAL - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-INTERNAL
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
COMMIT
RULES
`;

/**
 * Docker's nftables back end by its documentation (nftablesdoc/generated/new-daemon.md of moby), not recorded from an engine. The
 * policy is drop where it was the daemon that turned forwarding on.
 */
export const dockerNft = (policy: 'accept' | 'drop') => `nft -f - <<'RULES'
table ip docker-bridges {
  map filter-forward-in-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-in__docker0 }; }
  map filter-forward-out-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-out__docker0 }; }
  chain filter-FORWARD {
    type filter hook forward priority filter; policy ${policy};
    oifname vmap @filter-forward-in-jumps
    iifname vmap @filter-forward-out-jumps
  }
  chain filter-forward-in__docker0 {
    ct state established,related counter accept
    iifname "docker0" counter accept comment "ICC"
    counter drop comment "UNPUBLISHED PORT DROP"
  }
  chain filter-forward-out__docker0 {
    ct state established,related counter accept
    counter accept comment "OUTGOING"
  }
}
RULES
`;

/** firewalld 2.3 with nftables, recorded: what decides about packets that are passed on. It owns the table; a script cannot. */
export const firewalldNft = `nft -f - <<'RULES'
table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state invalid drop
    ip6 daddr { ::/96, ::ffff:0.0.0.0/96 } reject with icmpv6 addr-unreachable
    jump filter_FORWARD_POLICIES
    reject with icmpx admin-prohibited
  }
  chain filter_FWD_public {
    jump filter_FWD_public_allow
  }
  chain filter_FWD_public_allow {
  }
  chain filter_FORWARD_POLICIES {
    jump filter_FWD_public
    reject with icmpx admin-prohibited
  }
}
RULES
`;

/** firewalld 2.3 with its iptables back end, recorded. At a reload it empties every table, and keeps the tables themselves. */
export const firewalldIptables = `iptables-restore --noflush <<'RULES'
*nat
-F
-X
:POSTROUTING_direct - [0:0]
-A POSTROUTING -j POSTROUTING_direct
COMMIT
*filter
-F
-X
:FORWARD ACCEPT [0:0]
:FORWARD_direct - [0:0]
:FORWARD_POLICIES - [0:0]
:FWD_public - [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT
-A FORWARD -i lo -j ACCEPT
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -j FORWARD_direct
-A FORWARD -j FORWARD_POLICIES
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
-A FORWARD_POLICIES -j FWD_public
-A FORWARD_POLICIES -j REJECT --reject-with icmp-port-unreachable
COMMIT
RULES
`;

/**
 * ufw 0.36, recorded. With MANAGE_BUILTINS=yes it empties every table before it loads its own (ufw-init-functions); without,
 * it takes away its own chains alone.
 */
export const ufw = `iptables-restore --noflush <<'RULES'
*filter
:FORWARD DROP [0:0]
:ufw-before-logging-forward - [0:0]
:ufw-before-forward - [0:0]
:ufw-after-forward - [0:0]
:ufw-reject-forward - [0:0]
-A FORWARD -j ufw-before-logging-forward
-A FORWARD -j ufw-before-forward
-A FORWARD -j ufw-after-forward
-A FORWARD -j ufw-reject-forward
-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-forward -p icmp -m icmp --icmp-type 3 -j ACCEPT
COMMIT
RULES
`;
export const ufwManagingAll = `iptables -F; iptables -X; iptables -t nat -F; ${ufw}`;
export const ufwManagingItsOwn = `
  for chain in before-logging before after reject; do iptables -D FORWARD -j ufw-$chain-forward; iptables -F ufw-$chain-forward; iptables -X ufw-$chain-forward; done
  ${ufw}`;

/** A firewall somebody has written into /etc/nftables.conf. */
export const handWritten = `nft -f - <<'RULES'
table inet mine {
  chain passed_on {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
  }
}
RULES
`;

/** boxA behind vboxnet0 and a router on the LAN behind eth0, each in a namespace of its own. */
export const neighbours = `
  # The tables are there, as on every computer that has Docker or has been looked at.
  iptables -A FORWARD -j RETURN; iptables -D FORWARD -j RETURN; iptables -t nat -A POSTROUTING -j RETURN; iptables -t nat -D POSTROUTING -j RETURN
  mount -t tmpfs t /run; ip netns add box; ip netns add lan
  ip link add vboxnet0 type veth peer name enp0s8 netns box; ip link set peer0 netns lan
  ip addr add 192.168.50.1/24 dev vboxnet0; ip link set vboxnet0 up
  ip addr add 192.168.178.20/24 dev eth0; ip link set eth0 up
  ip -n box addr add 192.168.50.4/24 dev enp0s8; ip -n box link set enp0s8 up; ip -n box route add default via 192.168.50.1
  ip -n lan addr add 192.168.178.1/24 dev peer0; ip -n lan link set peer0 up`;

/** Whether boxA reaches the router, as text. */
export const reaches =
  'nsenter --net=/run/netns/box ping -nqc 1 -W 0.5 192.168.178.1 >/dev/null 2>&1 && echo yes || echo no';
