/** Nothing done inside the sandbox, as "root" or not, reaches the machine it runs on. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, hoplab, people, type Person } from '../../support/person.ts';

beforeAll(buildApp, 120_000);

/** What an attacker's host node would touch first. */
const attack = `
exec 2>&1
sudo rm -rf --one-file-system /usr/share/doc /usr/bin/true /boot /var/lib/dpkg
sudo rm -rf "$CANARY" /home/* /root/* /tmp/* /var/tmp/* /etc/passwd /etc/shadow /etc/hostname
sudo sh -c 'echo pwned > /etc/shadow; echo pwned > /etc/passwd; echo pwned > /root/.ssh/authorized_keys'
sudo sh -c 'echo 0 > /proc/sys/kernel/pid_max; echo 1 > /proc/sys/kernel/sysrq; echo b > /proc/sysrq-trigger; echo 7 > /proc/sys/vm/swappiness'
sudo mknod /tmp/disk b 8 0; sudo mknod /tmp/vda b 254 0; sudo dd if=/dev/zero of=/dev/vda bs=1 count=1; sudo dd if=/dev/zero of=/dev/sda bs=1 count=1
sudo mount -o remount,rw / ; sudo mount -o remount,rw /usr; sudo mount -o bind,remount,rw /usr; sudo mount --bind /usr /mnt; sudo touch /mnt/hoplab-was-here /usr/hoplab-was-here
sudo chroot /proc/1/root touch /usr/hoplab-was-here
sudo nsenter -t 1 -a touch /usr/hoplab-was-here
sudo sysctl -w kernel.hostname=pwned; sudo hostname pwned
sudo modprobe dummy; sudo insmod x; sudo reboot -f
sudo iptables -F; sudo iptables -P INPUT DROP; sudo ip link del eno1; sudo ip addr add 10.99.99.99/32 dev lo
sudo kill -9 -1
`;

const text = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : 'absent');

describe.each(people().map((person) => [person.who, person] as const))(
  'as %s',
  (_, person: Person) => {
    const canary = join(person.home, 'canary');
    const bystander = spawn('sleep', ['600']);

    beforeAll(() => {
      mkdirSync(canary, { recursive: true });
      writeFileSync(join(canary, 'precious'), 'do not lose me');
    });
    afterAll(() => {
      bystander.kill();
      person.dispose();
    });

    it('survives an attack from inside', async () => {
      const settings = [
        '/proc/sys/kernel/pid_max',
        '/proc/sys/kernel/sysrq',
        '/proc/sys/vm/swappiness',
        '/proc/sys/kernel/hostname',
        '/etc/passwd',
        '/etc/hostname',
      ];
      const before = settings.map(text);
      const programs = readdirSync('/usr/bin').length;
      const network = text('/proc/net/dev')
        .split('\n')
        .map((line) => line.split(':')[0]);

      await hoplab(
        person,
        'exec',
        'labs/01-nat',
        'host',
        '--',
        'bash',
        '-c',
        attack.replaceAll('"$CANARY"', canary),
      );

      expect(settings.map(text)).toEqual(before);
      expect(readdirSync('/usr/bin').length).toBe(programs);
      expect(existsSync('/usr/hoplab-was-here')).toBe(false);
      expect(text(join(canary, 'precious'))).toBe('do not lose me');
      expect(
        text('/proc/net/dev')
          .split('\n')
          .map((line) => line.split(':')[0]),
      ).toEqual(network);
      expect(bystander.exitCode).toBeNull();
      expect(statSync('/tmp').isDirectory()).toBe(true);
    });

    it('sees no file of the machine but its programs', async () => {
      const { stdout } = await hoplab(
        person,
        'exec',
        'labs/01-nat',
        'host',
        '--',
        'bash',
        '-c',
        `sudo cat ${join(canary, 'precious')} /etc/machine-id; sudo ls /home /root /proc/1/root/home; mount`,
      );
      expect(stdout).not.toContain('do not lose me');
      expect(stdout).not.toContain(person.home);
    });

    it('sees no process and no socket of the machine', async () => {
      const { stdout } = await hoplab(
        person,
        'exec',
        'labs/01-nat',
        'host',
        '--',
        'bash',
        '-c',
        'ps -eo args; ls /run; ss -xl',
      );
      expect(stdout).not.toContain('sleep 600');
      expect(stdout).not.toMatch(/docker\.sock|dbus\/system_bus_socket/);
    });

    it('is root of nothing outside: its root is not uid 0 there', async () => {
      const { stdout } = await hoplab(
        person,
        'exec',
        'labs/01-nat',
        'host',
        '--',
        'sudo',
        'cat',
        '/proc/self/uid_map',
      );
      const [inside, outside] = stdout.trim().split(/\s+/);
      expect(inside).toBe('0');
      expect(outside).not.toBe('0');
    });
  },
);
