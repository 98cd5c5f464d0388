/**
 * Programs of a box that need a whole operating system: small ones that do the real change instead. Path → content. Vagrant calls them to
 * name the machine and to configure its cards.
 */

/** The labs' own systemctl, and the verbs Vagrant and a learner use beside. */
const systemctl = `#!/bin/bash
args=()
for word; do case $word in -q|--quiet) quiet=1 ;; --no-pager|--no-block) ;; *) args+=("$word") ;; esac; done
[[ $quiet ]] && exec >/dev/null
set -- "\${args[@]}"
unit=\${2%.service}
case $1 in
  poweroff|halt|reboot) [[ $(id -u) -eq 0 ]] || { echo 'Access denied' >&2; exit 4; }; kill -TERM 1; exec sleep 5 ;;
  restart|start) [[ $unit == systemd-networkd ]] && exec netplan apply ;;
  list-unit-files) for file in /etc/hoplab/services/*; do printf '%s.service enabled enabled\\n' "\${file##*/}"; done; exit 0 ;;
  daemon-reload) exit 0 ;;
  is-system-running) echo running; exit 0 ;;
esac
exec /opt/hoplab/bin/systemctl "$@"
`;

/** Addresses of /etc/netplan/*.yaml, given to the cards they name. A card with an address keeps only those written there. */
const netplan = `#!/bin/bash
[[ $1 == apply || $1 == try ]] || { printf 'usage: netplan apply\\n' >&2; exit 2; }
[[ $(id -u) -eq 0 ]] || { echo 'netplan: must be root' >&2; exit 1; }
shopt -s nullglob
files=(/etc/netplan/*.yaml)
[[ \${#files[@]} -gt 0 ]] || exit 0
awk '
  FNR == 1 { inside = 0; card = ""; list = 0 }
  /^[[:space:]]*(#|$)/ { next }
  { match($0, /^ */); depth = RLENGTH; line = substr($0, depth + 1) }
  line ~ /^ethernets:/ { inside = 1; base = depth; card = ""; step = 0; next }
  inside && depth <= base { inside = 0 }
  !inside { next }
  step == 0 { step = depth }
  depth == step && line ~ /:$/ { card = substr(line, 1, length(line) - 1); list = 0; next }
  line ~ /^addresses:/ { list = 1; sub(/^addresses:/, "", line) }
  line ~ /^[a-z0-9-]+:/ { list = 0 }
  list { while (match(line, /[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+\\/[0-9]+/)) { print card, substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH) } }
' "\${files[@]}" | while read -r card address; do
  [[ -e /sys/class/net/$card ]] || continue
  ip link set "$card" up
  ip addr replace "$address" brd + dev "$card"
done
`;

const hostnamectl = `#!/bin/bash
case $1 in
  set-hostname|hostname) [[ -n $2 ]] || { hostname; exit; }; printf '%s\\n' "$2" >/etc/hostname && hostname "$2" ;;
  *) printf ' Static hostname: %s\\nOperating System: Ubuntu 24.04.2 LTS\\n' "$(hostname)" ;;
esac
`;

export const guestPrograms: Readonly<Record<string, string>> = {
  'usr/bin/systemctl': systemctl,
  'usr/sbin/netplan': netplan,
  'usr/bin/hostnamectl': hostnamectl,
};
