/**
 * A computer of a test's own, as the bash its first process runs: the machine's files under an overlay nobody else sees, a
 * network of its own with a LAN, a router and a small internet, and VirtualBox's stand-in where Debian puts the real one. Pure.
 */
import { quote } from '../../../main/world/shell-script.ts';

export interface ComputerPlan {
  /** Shared with whoever made the computer, under the same path. */
  folder: string;
  /** Where the project lies: seen inside under the same path. */
  project: string;
  /** What the world's web server says. */
  leftasexercise: string;
}

const devices = [
  ['null', 1, 3],
  ['zero', 1, 5],
  ['full', 1, 7],
  ['random', 1, 8],
  ['urandom', 1, 9],
  ['tty', 5, 0],
  ['net/tun', 10, 200],
  // Nobody drives them here; that they exist is what programs look for.
  ['vboxdrv', 1, 3],
  ['vboxdrvu', 1, 3],
  ['vboxnetctl', 1, 3],
] as const;

export function computerScript({ folder, project, leftasexercise }: ComputerPlan): string {
  const at = quote(folder);
  return `set -e
folder=${at}; project=${quote(project)}; base=$folder/mount; mkdir -p "$base" "$folder/home" "$folder/vbox"
mount -t tmpfs -o mode=755 tmpfs "$base"
cd "$base"; mkdir up work root
mount -t overlay overlay -o lowerdir=/,upperdir=up,workdir=work root
cd root
mount -t proc proc proc; mount -t sysfs sysfs sys
[[ ! -d /sys/fs/cgroup ]] || mount --rbind /sys/fs/cgroup sys/fs/cgroup
mount --bind proc/sys proc/sys; mount -o remount,bind,ro proc/sys; mount --bind proc/sys/net proc/sys/net; mount -o remount,bind,rw proc/sys/net
mount -t tmpfs -o mode=755 tmpfs dev; mkdir dev/net dev/pts dev/shm
${devices.map(([name, major, minor]) => `mknod -m 666 dev/${name} c ${String(major)} ${String(minor)}`).join('; ')}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts; ln -s pts/ptmx dev/ptmx; mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s /proc/self/fd dev/fd; ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=755 tmpfs run; mkdir run/lock
for name in tmp var/tmp; do mount -t tmpfs -o mode=1777 tmpfs $name; done
# A display outside can be drawn on: its socket is a file.
if [[ -d /tmp/.X11-unix ]]; then mkdir -m 1777 tmp/.X11-unix; mount --bind /tmp/.X11-unix tmp/.X11-unix; fi
for name in root home var/lib/docker var/lib/containerd var/lib/vbox-machines opt/vbox-stand-in; do mkdir -p $name; mount -t tmpfs -o mode=755 tmpfs $name; done
mkdir -p home/learner var/lib/vbox-stand-in ".$folder"
mount --bind "$folder" ".$folder"
# The project too: it may lie in /tmp, and what is built in it meanwhile is to be seen.
mkdir -p ".$project"; mount --bind "$project" ".$project"
mount --bind "$folder/home" home/learner
mount --bind "$folder/vbox" var/lib/vbox-stand-in
cp -r "$folder"/programs/. opt/vbox-stand-in/
chmod 4755 opt/vbox-stand-in/guest/opt/hoplab/lib/become
rm -f usr/bin/VBoxManage usr/bin/vboxmanage; ln -s /opt/vbox-stand-in/VBoxManage.mjs usr/bin/VBoxManage; ln -s VBoxManage usr/bin/vboxmanage
rm -rf etc/vbox etc/resolv.conf etc/hostname; printf 'nameserver 192.168.178.1\\n' >etc/resolv.conf; echo laptop >etc/hostname
printf '127.0.0.1\\tlocalhost\\n127.0.1.1\\tlaptop\\n' >etc/hosts
# The learner is root here: VirtualBox's helper that makes host-only interfaces is set-user-id on a real machine.
{ echo 'learner:x:0:0:learner:/home/learner:/bin/bash'; sed 's,^root:x:0:0:\\([^:]*\\):[^:]*,root:x:0:0:\\1:/home/learner,' /etc/passwd; } >etc/passwd.new; mv etc/passwd.new etc/passwd
# So sudo has nothing to do, and need not be on the machine the tests run on.
[ -e usr/bin/sudo ] || { printf '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n' >usr/bin/sudo; chmod 755 usr/bin/sudo; }
mkdir -p old; pivot_root . old; umount -l /old; rmdir /old
hostname laptop
# Router and internet: namespaces that live by these files, not by a name in /run/netns that a learner would find.
hidden=/run/hidden; mkdir -m 700 $hidden; mount -t tmpfs tmpfs $hidden; touch $hidden/router $hidden/internet
unshare --net=$hidden/router true; unshare --net=$hidden/internet true
at() { local name=$hidden/$1; shift; nsenter --net=$name "$@"; }
ip -batch - <<IP
link set lo up
link add eno1 address 00:11:22:33:44:55 type veth peer name eth0
addr add 192.168.178.20/24 brd + dev eno1
link set eno1 up
IP
ip link set eth0 netns $hidden/router
ip link add eth1 netns $hidden/router type veth peer name eth0 netns $hidden/internet
ip route add default via 192.168.178.1
at router ip -batch - <<IP
link set lo up
addr add 192.168.178.1/24 brd + dev eth0
addr add 203.0.113.1/24 brd + dev eth1
link set eth0 up
link set eth1 up
IP
at internet ip -batch - <<IP
link set lo up
addr add 203.0.113.80/24 brd + dev eth0
link set eth0 up
IP
at router bash -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
at router iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE
echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range
at router dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root --group=root --pid-file=/run/hidden/dnsmasq.pid \\
  --host-record=leftasexercise.com,203.0.113.80 --host-record=www.leftasexercise.com,203.0.113.80 --host-record=router.lan,192.168.178.1
mkdir -p $hidden/www; printf %s ${quote(leftasexercise)} >$hidden/www/index.html
at internet busybox httpd -p 80 -h $hidden/www
echo ready
# Ends with the test: then the kernel ends everything in here. A shell, since it also reaps what is orphaned.
while read -r line; do :; done
`;
}
