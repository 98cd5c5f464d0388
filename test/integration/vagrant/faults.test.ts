/** What goes wrong with VirtualBox and only Vagrant sees. What the app says of each fault, through the same Vagrant: app.test.ts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { addBox, serveBox } from '../../support/vagrant/box.ts';
import { makeComputer, whyNoComputer, type Computer } from '../../support/vagrant/computer.ts';
import { vagrantfile } from './vagrantfile.ts';

// A real Vagrant brings a machine up in ten seconds, and in far more beside other work.
vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(whyNoComputer)('faults of VirtualBox, as Vagrant tells them', () => {
  let computer: Computer;
  const write = (text: string): void =>
    writeFileSync(join(computer.home, 'lab2/Vagrantfile'), text);
  const inLab = (script: string) => computer.bash(`cd lab2 && ${script}`);
  /** `ok`, or the class of the error. */
  const up = async (options = ''): Promise<{ how: string; text: string }> => {
    const { code, stdout, stderr } = await inLab(`vagrant up --machine-readable ${options}`);
    const [, name = 'no class'] = /,error-exit,Vagrant::Errors::(\w+),/.exec(stdout) ?? [];
    return { how: code === 0 ? 'ok' : name, text: stdout + stderr };
  };

  beforeAll(async () => {
    computer = await makeComputer({ networksConf: '* 192.168.0.0/16\n' });
    await addBox(computer, 'bento/ubuntu-24.04');
    mkdirSync(join(computer.home, 'lab2'));
    write(vagrantfile());
  });
  afterAll(() => computer.close());
  afterEach(async () => {
    computer.faults();
    await inLab('vagrant destroy -f');
    write(vagrantfile());
  });

  test('the range of the host-only network is refused', async () => {
    write(vagrantfile({ ip: '10.99.0.4' }));
    const { how, text } = await up();
    expect(how).toBe('VirtualBoxInvalidHostSubnet');
    expect(text).toContain('192.168.0.0/16');
    const asked = await computer.bash(
      'VBoxManage hostonlyif create >/dev/null 2>&1; VBoxManage hostonlyif ipconfig vboxnet0 --ip 10.99.0.1; code=$?; VBoxManage hostonlyif remove vboxnet0 2>/dev/null; exit $code',
    );
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('E_ACCESSDENIED (0x80070005)');
  });

  test('the download of a whole box', async () => {
    const server = await serveBox(computer, { whole: true });
    write(vagrantfile({ box: 'hoplab/whole', boxUrl: server.url }));
    const { how } = await up();
    await server.stop();
    expect(how).toBe('ok');
  });

  test('the network driver is missing, and the exit code says success', async () => {
    computer.faults('error-with-rc-0:list');
    expect((await up()).how).toBe('VirtualBoxKernelModuleNotLoaded');
  });

  test('VBoxManage hangs, until it is told to end', async () => {
    computer.faults('hang:list');
    const { code } = await computer.bash(
      'timeout -s TERM 1 VBoxManage list vms; echo $?; timeout -s KILL 1 VBoxManage list vms; echo $?; VBoxManage --version',
    );
    expect(code).toBe(0);
    const { stdout } = await computer.bash('timeout 1 VBoxManage list vms; echo $?');
    expect(stdout).toBe('124\n');
  });
});

describe.skipIf(whyNoComputer)('a VirtualBox that Debian’s Vagrant does not know', () => {
  test.each(['7.1.4r165100', '7.2.22r172500'])('%s', async (version) => {
    const computer = await makeComputer({ version });
    try {
      await computer.bash('mkdir lab2');
      writeFileSync(join(computer.home, 'lab2/Vagrantfile'), vagrantfile());
      const { stdout } = await computer.bash(
        'cd lab2 && vagrant up --provider virtualbox --machine-readable',
      );
      expect(stdout).toContain('Vagrant::Errors::ProviderNotUsable');
      expect(stdout).toMatch(/4\.0%!\(VAGRANT_COMMA\).*7\.0/);
    } finally {
      await computer.close();
    }
  });

  test('6.1.50, with the names bento gives its cards', async () => {
    const computer = await makeComputer({ version: '6.1.50r161033', naming: 'eth' });
    try {
      await addBox(computer, 'bento/ubuntu-24.04');
      await computer.bash('mkdir lab2');
      writeFileSync(join(computer.home, 'lab2/Vagrantfile'), vagrantfile({ ip: '192.168.56.4' }));
      const { code, stdout } = await computer.bash(
        'cd lab2 && vagrant up >/dev/null && vagrant ssh -c "ip -br -4 addr"',
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(/^eth0\S* +UP +10\.0\.2\.15\/24/m);
      expect(stdout).toMatch(/^eth1\S* +UP +192\.168\.56\.4\/24/m);
    } finally {
      await computer.close();
    }
  });
});
