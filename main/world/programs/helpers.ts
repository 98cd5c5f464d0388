/** Small programs a lab brings into its nodes: sudo, systemctl, a DHCP script. Bash, run inside only. */

/** sudo for the lab's users: every one may, no password, as in a Vagrant box. */
export const sudo = `#!/bin/bash
# sudo of the lab: root here is root of this node only.
user=root login=
while [[ $1 == -* ]]; do
  case $1 in
    --) shift; break ;;
    -u) user=$2; shift 2 ;;
    -i|-s) login=1; shift ;;
    -n|-S|-E|-H|-k) shift ;;
    -l) printf 'User %s may run the following commands on %s:\\n    (ALL : ALL) NOPASSWD: ALL\\n' "$(id -un)" "$HOSTNAME"; exit 0 ;;
    -V|--version) echo "sudo of Hoplab"; exit 0 ;;
    *) printf "this lab's sudo knows: -u USER, -i, -s, -n, -E, -H, -l\\n" >&2; exit 2 ;;
  esac
done
while [[ $1 == [A-Za-z_]*=* ]]; do export "$1"; shift; done
[[ $# -eq 0 && -z $login ]] && { echo 'usage: sudo [-u user] command' >&2; exit 1; }
[[ $# -eq 0 ]] && set -- /bin/bash
export SUDO_USER=\${SUDO_USER:-$(id -un)} LOGNAME=$user USER=$user
if [[ $user == root ]]; then uid=0 HOME=/root
else uid=$(id -u "$user" 2>/dev/null) || { printf 'sudo: unknown user %s\\n' "$user" >&2; exit 1; }; HOME=/home/$user; fi
if ! type -P -- "$1" >/dev/null; then printf 'sudo: %s: command not found\\n' "$1" >&2; exit 1; fi
[[ $(id -u) -eq $uid ]] && exec -- "$@"
exec /opt/hoplab/lib/become --reuid="$uid" --regid="$uid" --init-groups -- "$@"
`;

/** Services of a node are one-line files in /etc/hoplab/services: description, then the command. */
export const service = `# Start, stop and state of the node's own services; sourced.
service_file() { printf /etc/hoplab/services/%s "\${1%.service}"; }
service_pid() { local pid; pid=$(cat "/run/hoplab/\${1%.service}.pid" 2>/dev/null) && [[ -d /proc/$pid ]] && printf %s "$pid"; }
service_start() {
  local name=\${1%.service}; service_pid "$name" >/dev/null && return 0
  mkdir -p /run/hoplab; mapfile -t lines <"$(service_file "$name")"
  setsid /bin/bash -c 'echo $$ >"/run/hoplab/$1.pid"; exec </dev/null >>"/var/log/$1.log" 2>&1 7>&- 8>&-; eval "exec $2"' - "$name" "\${lines[1]}" &
  local n; for ((n = 0; n < 200; n++)); do [[ -s /run/hoplab/$name.pid ]] && { [[ -z \${lines[2]:-} ]] || eval "\${lines[2]}"; } && return 0; sleep 0.01; done
  return 1
}
service_stop() {
  local pid n; pid=$(service_pid "$1") || return 0
  kill "$pid"; for ((n = 0; n < 300; n++)); do [[ -d /proc/$pid ]] || break; sleep 0.01; done
  [[ -d /proc/$pid ]] && kill -9 "$pid"; rm -f "/run/hoplab/\${1%.service}.pid"; return 0
}
`;

export const systemctl = `#!/bin/bash
# systemctl of the lab: the services are real processes of this node.
. /opt/hoplab/lib/service
known() { [[ -f $(service_file "$1") ]] || { printf 'Unit %s.service could not be found.\\n' "\${1%.service}" >&2; exit 4; }; }
root() { [[ $(id -u) -eq 0 ]] || { echo "Failed to $1: Access denied (try sudo)" >&2; exit 4; }; }
verb=$1; shift
while [[ $1 == -* ]]; do shift; done
case $verb in
  start|stop|restart|reload-or-restart|try-restart)
    [[ $# -gt 0 ]] || { echo 'Too few arguments.' >&2; exit 1; }
    for unit; do known "$unit"; done; root "$verb"
    for unit; do
      [[ $verb == start ]] || service_stop "$unit"
      [[ $verb == stop ]] || service_start "$unit" || { printf 'Job for %s.service failed, see /var/log/%s.log\\n' "\${unit%.service}" "\${unit%.service}" >&2; exit 1; }
    done ;;
  is-active) known "$1"; if service_pid "$1" >/dev/null; then echo active; else echo inactive; exit 3; fi ;;
  status)
    known "$1"; unit=\${1%.service}; mapfile -t lines <"$(service_file "$unit")"
    if pid=$(service_pid "$unit"); then
      printf '● %s.service - %s\\n     Loaded: loaded (%s; enabled)\\n     Active: active (running)\\n   Main PID: %s (%s)\\n' "$unit" "\${lines[0]}" "$(service_file "$unit")" "$pid" "$(cat "/proc/$pid/comm")"
      tail -n 5 "/var/log/$unit.log" 2>/dev/null
    else printf '○ %s.service - %s\\n     Loaded: loaded (%s; enabled)\\n     Active: inactive (dead)\\n' "$unit" "\${lines[0]}" "$(service_file "$unit")"; exit 3; fi ;;
  list-units|'') for file in /etc/hoplab/services/*; do unit=\${file##*/}; service_pid "$unit" >/dev/null && state=running || state=dead; printf '%-28s loaded %-8s %s\\n' "$unit.service" "$state" "$(head -n1 "$file")"; done ;;
  *) printf "this lab's systemctl knows: start, stop, restart, status, is-active, list-units\\n" >&2; exit 2 ;;
esac
`;

/** What udhcpc(8) runs on each event: the address, the route, the resolver, and a lease to look at. */
export const udhcpcScript = `#!/bin/bash
case $1 in
  deconfig) ip addr flush dev "$interface" 2>/dev/null; ip link set "$interface" up ;;
  bound|renew)
    ip addr replace "$ip/$mask" brd + dev "$interface"
    for gateway in $router; do ip route replace default via "$gateway" dev "$interface" proto dhcp src "$ip" metric 100; break; done
    mkdir -p /var/lib/dhcp /run/systemd/netif/links /run/systemd/netif/leases
    index=$(cat "/sys/class/net/$interface/ifindex")
    { printf 'lease {\\n  interface "%s";\\n  fixed-address %s;\\n  option subnet-mask %s;\\n  option routers %s;\\n  option domain-name-servers %s;\\n  option dhcp-server-identifier %s;\\n  option dhcp-lease-time %s;\\n}\\n' "$interface" "$ip" "$subnet" "$router" "\${dns// /, }" "$serverid" "$lease"; } >"/var/lib/dhcp/$interface.lease"
    printf 'ADDRESS=%s\\nNETMASK=%s\\nROUTER=%s\\nSERVER_ADDRESS=%s\\nDNS=%s\\nLIFETIME=%s\\n' "$ip" "$subnet" "$router" "$serverid" "$dns" "$lease" >"/run/systemd/netif/leases/$index"
    # systemd-resolved reads a link's servers from here (systemd-networkd's state files).
    printf 'ADMIN_STATE=configured\\nOPER_STATE=routable\\nCARRIER_STATE=carrier\\nADDRESS_STATE=routable\\nDNS=%s\\n' "$dns" >"/run/systemd/netif/links/.$index"
    mv "/run/systemd/netif/links/.$index" "/run/systemd/netif/links/$index" ;;
esac
`;
