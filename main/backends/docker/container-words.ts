/**
 * The loader's words (see world/loader.ts) where nodes are containers, and what a node's first process does until its
 * script comes. Pure text.
 *
 * The control container sees all processes of the engine's machine, and so the nodes' files, by /proc/PID/root. It
 * never *runs* a program of a node once a learner may have changed it: what it runs has rights that nobody on a node has.
 */

/** Fifos of a node's first process. */
const bootFolder = '/opt/hoplab/boot';
export const goPath = `${bootFolder}/go`;

/**
 * Waits for its script, which comes from the control container. Nobody sends one when the app died meanwhile: then it
 * ends. fd 9 is open as long as the node lives.
 */
export const nodeLoader = `unset HOPLAB_BOOT; export LC_ALL=C; mkdir -p ${bootFolder} && cd ${bootFolder} && mkfifo -m 600 script report go alive || exit
exec 8<>script; read -r -t 20 -u 8 length && IFS= read -r -N "$length" -t 20 -u 8 code || exit
exec 8<&- 7<>report 9<>alive; cd /; unset LC_ALL; eval "$code"`;

/** What the control container runs when its pipe is closed: the nodes end, also those whose start is still under way unless CALM. */
export const lastWords = (session: string): string => `kill -9 "\${PIDS[@]}" 2>/dev/null
for ((n = 0; n < 10 && ! CALM; n++)); do
  mapfile -t left < <(grep -lsz '^HOPLAB_SESSION=${session}$' /proc/[0-9]*/environ)
  for file in "\${left[@]}"; do pid=\${file#/proc/}; kill -9 "\${pid%/environ}" 2>/dev/null; done
  sleep 0.1
done
exit 0`;

export const words = `spawn() {
  local p=\${STARTED[$1]} n
  local root=/proc/$p/root
  for ((n = 0; n < 1000; n++)); do [[ -p $root${bootFolder}/alive ]] && break; sleep 0.01; done
  # Docker gives containers /proc/sys to read only. What lies below net belongs to the node; the rest stays as it is.
  nsenter --mount=/proc/$p/ns/mnt --pid=/proc/$p/ns/pid_for_children -- bash -c '
    mount --bind /proc/sys/net /proc/sys/net && mount -o remount,bind,rw /proc/sys/net && umount /etc/hosts /etc/hostname /etc/resolv.conf' ||
    { printf 'fail %s its root could not be prepared\\n' "$1" >&7; return; }
  [[ ! -f /disks/$1.tar ]] || tar -C $root -xpf /disks/$1.tar
  ( cat $root${bootFolder}/report >&7 ) &
  ( read -r _ <$root${bootFolder}/alive; printf 'gone %s\\n' "$1" >&7; printf '!gone %s\\n' "$1" ) &
  WATCH[$1]=$!
  printf 'pid %s %s\\n' "$1" "$p" >&7
  printf '%s\\n%s' "\${#2}" "$2" >$root${bootFolder}/script
}
go() { echo go 1<>/proc/\${PIDS[$1]}/root${goPath}; }
# A container's files go with it: those of a machine that is only halted wait here.
keep() { mkdir -p /disks; tar -C /proc/\${PIDS[$1]}/root --exclude=.${bootFolder} -cf /disks/$1.tar ./etc ./home ./opt ./root ./srv ./tmp ./var 2>/dev/null; :; }
forget() { rm -f /disks/$1.tar; }
# The program is this container's own, in the host's network and among its processes; it gives up its rights once
# it has its tap. It asks the name servers the host has when the machine starts.
nat_start() {
  local p=\${PIDS[$1]} at=/run/nat/$2 ready
  mkdir -p /run/nat /dev/net
  [[ -e /dev/net/tun ]] || mknod -m 600 /dev/net/tun c 10 200
  rm -f $at.*; mkfifo $at.ready; exec 6<>$at.ready
  cat /proc/$p/root/etc/resolv.conf >$at.resolv
  ( unshare --mount bash -c "mount --make-rprivate / && mount --bind $at.resolv /etc/resolv.conf || exit
      exec nsenter --net=/proc/$p/ns/net --pid=/proc/$p/ns/pid_for_children -- slirp4netns --enable-sandbox --mtu=1500 --cidr=$3 --netns-type=path --api-socket $at.sock --ready-fd=6 /proc/$$/ns/net $4" 7>&- </dev/null >$at.log 2>&1 &
    echo $! >$at.pid; wait $!; printf 0 >&6 ) &
  read -r -N 1 -t 10 -u 6 ready
  exec 6>&-
  [[ $ready == 1 ]] || { echo "fail slirp4netns $(tail -n 2 $at.log | tr '\\n' ' ')"; return 1; }
}
nat_stop() { local at=/run/nat/$2; [[ ! -f $at.pid ]] || pkill -KILL -P "$(<$at.pid)"; rm -f $at.*; :; }
`;
