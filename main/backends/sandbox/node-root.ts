/** How a node of the sandbox starts, and comes by its root: an overlay on the lab's own base, with /usr read-only. Pure. */
import { quote } from '../../world/shell-script.ts';
import type { NodeBoot } from '../../world/node-boot.ts';

export const goPath = (id: string): string => `/nodes/${id}/go`;

function mounts(id: string): string[] {
  const folder = `/nodes/${id}`;
  const root = `${folder}/root`;
  return [
    `overlay ${root} overlay lowerdir=/base,upperdir=${folder}/up,workdir=${folder}/work,userxattr 0 0`,
    `/usr ${root}/usr none rbind 0 0`,
    `/opt/hoplab/daemons ${root}/opt/hoplab/daemons none rbind 0 0`,
    `/dev ${root}/dev none rbind 0 0`,
    `proc ${root}/proc proc nosuid,nodev,noexec 0 0`,
    `sysfs ${root}/sys sysfs nosuid,nodev,noexec 0 0`,
    `tmpfs ${root}/dev/shm tmpfs size=16m,nosuid,nodev 0 0`,
  ];
}

/** devpts wants group 5 (tty), which exists only with a range of ids. */
const devpts = (id: string, ranged: boolean): string =>
  `devpts /nodes/${id}/root/dev/pts devpts newinstance,ptmxmode=0666,mode=620${ranged ? ',gid=5' : ''} 0 0`;

/** Bash for a node's first process. */
export function takeRoot({ id, ranged, hostName }: NodeBoot): string[] {
  const system =
    'for name in bin sbin lib lib32 lib64 libx32; do [[ -d /base/$name && ! -L /base/$name ]] && printf "/%s /nodes/' +
    id +
    '/root/%s none rbind 0 0\\n" $name $name; done';
  return [
    `{ printf '%s\\n' ${[...mounts(id), devpts(id, ranged)].map(quote).join(' ')}; ${system}; :; } >/nodes/${id}/fstab`,
    `mount -a -T /nodes/${id}/fstab`,
    `cd /nodes/${id}/root; pivot_root . mnt; umount -l /mnt; cd /`,
    `hostname ${quote(hostName)}`,
  ];
}

/** The loader's words (see world/loader.ts) in namespaces; fd 7 is where nodes report. */
export const words = `spawn() {
  mkdir -p /nodes/$1/up /nodes/$1/work /nodes/$1/root; rm -f /nodes/$1/go; mkfifo /nodes/$1/go
  printf %s "$2" >/nodes/$1/init
  ( unshare --net --mount --uts --ipc --pid --fork --kill-child /bin/bash --norc --noprofile /nodes/$1/init </dev/null & p=$!
    printf 'pid %s %s\\n' "$1" $p >&7; wait $p; s=$?; printf 'gone %s %s\\n' "$1" $s >&7; printf '!gone %s %s\\n' "$1" $s ) &
  WATCH[$1]=$!
}
go() { echo go 1<>/nodes/$1/go; }
keep() { :; }
forget() { rm -rf /nodes/$1; }
enter() { # enter NODE COMMAND…: runs it in the node's namespaces
  local at=/proc/\${PIDS[$1]}/ns; shift
  nsenter --mount=$at/mnt --net=$at/net --uts=$at/uts --ipc=$at/ipc --pid=$at/pid_for_children -- "$@"
}
# The shell writes its own number, then becomes slirp4netns: the learner finds it by its own name. It
# says 1 when it is ready; when it ends instead, 0 is said for it.
nat_start() {
  local ready
  [[ -p /slirp ]] || mkfifo /slirp
  exec 6<>/slirp 9</proc/self/ns/net
  ( enter $1 /bin/sh -c "echo \\$\\$ >/run/hoplab/nat-$2.pid; exec slirp4netns --mtu=1500 --cidr=$3 --netns-type=path --api-socket /run/hoplab/nat-$2.sock --ready-fd=6 /proc/self/fd/9 $4 >/var/log/nat-$2.log 2>&1 7>&-" </dev/null; printf 0 >&6 ) &
  exec 9<&-
  read -r -N 1 -t 10 -u 6 ready
  exec 6>&-
  [[ $ready == 1 ]] || { echo "fail slirp4netns $(enter $1 tail -n 2 /var/log/nat-$2.log | tr '\\n' ' ')"; return 1; }
}
nat_stop() { enter $1 sh -c "kill \\$(cat /run/hoplab/nat-$2.pid); rm -f /run/hoplab/nat-$2.*"; }
`;
