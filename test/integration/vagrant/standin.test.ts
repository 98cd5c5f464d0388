/** A real Vagrant drives the stand-in; what it boots is looked at from inside and from outside. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addBox } from '../../support/vagrant/box.ts';
import { makeComputer, whyNoComputer, type Computer } from '../../support/vagrant/computer.ts';
import { vagrantfile } from './vagrantfile.ts';

interface Link {
  ifname: string;
  address: string;
  flags: string[];
  addr_info: { family: string; local: string }[];
}

const ssh =
  'ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR';
const key = '.vagrant/machines/boxA/virtualbox/private_key';

// A real Vagrant brings a machine up in ten seconds, and in far more beside other work.
vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(whyNoComputer)('a real Vagrant and a machine of the stand-in', () => {
  let computer: Computer;
  const inLab = (script: string) => computer.bash(`cd lab2 && ${script}`);
  const onBox = (script: string) => inLab(`vagrant ssh -c "${script}"`);

  beforeAll(async () => {
    computer = await makeComputer({ networksConf: '* 192.168.0.0/16\n' });
    await addBox(computer, 'bento/ubuntu-24.04');
    mkdirSync(join(computer.home, 'lab2'));
    writeFileSync(join(computer.home, 'lab2/Vagrantfile'), vagrantfile());
  });
  afterAll(() => computer.close());

  test('vagrant up', async () => {
    const { code, stdout, stderr } = await inLab('vagrant up');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('22 (guest) => 2222 (host) (adapter 1)');
    expect(stdout).toContain('Key inserted!');
    // In the order of the recording of a real one.
    const verbs = computer.calls().map(([verb = '']) => verb);
    const order = ['import', 'hostonlyif', 'startvm'].map((verb) => verbs.indexOf(verb));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  test('vagrant status', async () => {
    const { stdout } = await inLab('vagrant status --machine-readable');
    expect(stdout).toMatch(/^\d+,boxA,state,running$/m);
  });

  test('its cards, as its own kernel sees them', async () => {
    const { stdout } = await onBox('ip -j addr');
    const links = JSON.parse(stdout) as Link[];
    const address = (name: string) =>
      links.find(({ ifname }) => ifname === name)?.addr_info.find(({ family }) => family === 'inet')
        ?.local;
    expect(address('enp0s3')).toBe('10.0.2.15');
    expect(address('enp0s8')).toBe('192.168.50.4');
    const info = await computer.bash(
      'VBoxManage showvminfo $(VBoxManage list vms | sed "s/.*{//;s/}//") --machinereadable',
    );
    for (const [number, name] of [
      [1, 'enp0s3'],
      [2, 'enp0s8'],
    ] as const) {
      const mac = links.find(({ ifname }) => ifname === name)?.address ?? '';
      expect(info.stdout).toContain(
        `macaddress${String(number)}="${mac.replaceAll(':', '').toUpperCase()}"`,
      );
    }
  });

  test('the world behind its NAT, by name', async () => {
    const { code, stdout } = await onBox(
      'hostname; ping -c 1 -W 2 leftasexercise.com >/dev/null && curl -sS leftasexercise.com; sudo -n id -u; systemctl is-active systemd-resolved',
    );
    expect(stdout).toContain('boxA\n');
    expect(stdout).toContain('<h1>LeftAsExercise</h1>');
    expect(stdout).toMatch(/^0$/m);
    expect(code).toBe(0);
  });

  test("the hypervisor's process on the computer owns its connections", async () => {
    const { stdout } = await inLab(
      `${ssh} -p 2222 -i ${key} vagrant@127.0.0.1 'exec 3<>/dev/tcp/203.0.113.80/80; echo there; read -t 3 -u 3' | { read -r word; netstat -tnp; }`,
    );
    expect(stdout).toMatch(/ 203\.0\.113\.80:80 +ESTABLISHED \d+\/.*VBoxHeadles/);
  });

  test('the other road when the cable is out', async () => {
    const machine = '$(VBoxManage list vms | sed "s/.*{//;s/}//")';
    const cut = await computer.bash(`VBoxManage controlvm ${machine} setlinkstate1 off`);
    expect(cut).toEqual({ code: 0, stdout: '', stderr: '' });
    const there = `${ssh} -i ${key} vagrant@192.168.50.4`;
    const { stdout } = await inLab(`${there} ip -j addr show enp0s3`);
    expect((JSON.parse(stdout) as Link[])[0]?.flags).toContain('NO-CARRIER');
    const routes = await inLab(`${there} ip route show default`);
    expect(routes.stdout).toContain('via 10.0.2.2 dev enp0s3');
    expect(routes.stdout).toContain('linkdown');
    const info = await computer.bash(`VBoxManage showvminfo ${machine} --machinereadable`);
    expect(info.stdout).toContain('cableconnected1="off"');
    await computer.bash(`VBoxManage controlvm ${machine} setlinkstate1 on`);
    expect((await onBox('true')).code).toBe(0);
  });

  test('a port opened and closed while it runs', async () => {
    const machine = '$(VBoxManage list vms | sed "s/.*{//;s/}//")';
    await computer.bash(`VBoxManage controlvm ${machine} natpf1 web,tcp,127.0.0.1,8080,,22`);
    const open = await computer.bash(
      'timeout 5 bash -c "read -r l </dev/tcp/127.0.0.1/8080; echo $l"; ss -ltn',
    );
    expect(open.stdout).toContain('127.0.0.1:8080');
    await computer.bash(`VBoxManage controlvm ${machine} natpf1 delete web`);
    expect((await computer.bash('ss -ltn')).stdout).not.toContain('127.0.0.1:8080');
  });

  test('halt, and up again with the same disk', async () => {
    await onBox('echo kept >note');
    expect((await inLab('vagrant halt')).code).toBe(0);
    const off = await computer.bash('VBoxManage list runningvms; ps -eo comm=');
    expect(off.stdout).not.toMatch(/VBoxHeadless|sshd/);
    const { stdout } = await inLab('vagrant status --machine-readable');
    expect(stdout).toMatch(/,boxA,state,poweroff$/m);
    expect((await inLab('vagrant up')).code).toBe(0);
    expect((await onBox('cat note; hostname; ip -4 addr show enp0s8')).stdout).toMatch(
      /^kept\r?\nboxA\r?\n[^]*192\.168\.50\.4/,
    );
  });

  test('a snapshot brings back the disk', async () => {
    expect((await inLab('vagrant snapshot save clean')).code).toBe(0);
    await onBox('rm note');
    expect((await inLab('vagrant snapshot restore clean')).code).toBe(0);
    expect((await onBox('cat note')).stdout).toContain('kept');
  });

  test('a machine whose process is killed has been aborted', async () => {
    await computer.bash('kill -9 $(pgrep -x VBoxHeadless | sed -n 2p)');
    const { stdout } = await inLab('vagrant status --machine-readable');
    expect(stdout).toMatch(/,boxA,state,aborted$/m);
    expect((await inLab('vagrant up')).code).toBe(0);
  });

  test('vagrant destroy leaves no process, no interface and no file', async () => {
    const { code } = await inLab('vagrant destroy -f');
    expect(code).toBe(0);
    const left = await computer.bash(
      'ps -eo comm=; ls /var/lib/vbox-machines; ls "VirtualBox VMs"; VBoxManage list vms; nsenter --net=/proc/$(pgrep -x VBoxSVC)/ns/net ip -br link',
    );
    expect(left.stdout).not.toMatch(/VBoxHeadless|sshd|systemd|boxA|[bpt]-[0-9a-f]{8}-/);
    // As VirtualBox does, the host-only interface stays until somebody removes it.
    await computer.bash('VBoxManage hostonlyif remove vboxnet0');
    const after = await computer.bash('ps -eo comm=; ip -br link; ls /var/lib/vbox-stand-in');
    expect(after.stdout).not.toMatch(/VBox|vboxnet|state\.json/);
  });

  test('nothing of it is left when the computer is closed', async () => {
    await inLab('vagrant up');
    const { processes } = await import('../../support/processes.ts');
    const { readlinkSync } = await import('node:fs');
    const space = readlinkSync(`/proc/${String(computer.pid)}/ns/net`);
    expect(processes().some(({ namespaces }) => namespaces.includes(`net ${space}`))).toBe(true);
    await computer.close();
    expect(processes().some(({ namespaces }) => namespaces.includes(`net ${space}`))).toBe(false);
  });
});
