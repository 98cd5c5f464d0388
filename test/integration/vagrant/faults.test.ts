/** What goes wrong with VirtualBox, and what a real Vagrant makes of it: the classes the app tells apart. */
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

  test('kernel modules are missing', async () => {
    computer.faults('modules-missing');
    // Vagrant looks for another provider first, unless it is told to use this one; then it says why not.
    expect((await up()).how).toBe('NoDefaultProvider');
    const { how, text } = await up('--provider virtualbox');
    expect(how).toBe('ProviderNotUsable');
    expect(text).toContain('kernel module is not loaded');
  });

  test('the machine is locked for a moment: Vagrant asks again', async () => {
    computer.faults('locked:2');
    expect((await up()).how).toBe('ok');
  });

  test('the machine stays locked', async () => {
    computer.faults('locked:99');
    const { how, text } = await up();
    expect(how).toBe('VBoxManageError');
    expect(text).toContain('VBOX_E_INVALID_OBJECT_STATE');
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

  test('KVM has the processor', async () => {
    computer.faults('kvm');
    const { how, text } = await up();
    expect(how).toBe('VBoxManageError');
    expect(text).toContain('VERR_VMX_IN_VMX_ROOT_MODE');
  });

  test('the machine does not answer', async () => {
    computer.faults('boot-timeout');
    write(vagrantfile({ bootTimeout: 5 }));
    expect((await up()).how).toBe('VMBootTimeout');
    expect((await inLab('vagrant status --machine-readable')).stdout).toContain('state,running');
  });

  test('port 2222 is taken', async () => {
    const leave = await computer.occupy(2222);
    const { how, text } = await up();
    await leave();
    expect(how).toBe('ok');
    expect(text).toContain('Fixed port collision for 22 => 2222. Now on port 2200.');
  });

  test('the download of a box breaks in the middle', async () => {
    const server = await serveBox(computer);
    write(vagrantfile({ box: 'hoplab/broken', boxUrl: server.url }));
    const { how, text } = await up();
    await server.stop();
    expect(how).toBe('DownloaderError');
    expect(text).toMatch(
      /transfer closed with \d+ bytes remaining|response with \d+ bytes missing/,
    );
    const { stdout } = await computer.bash('vagrant box list');
    expect(stdout).not.toContain('hoplab/broken');
  });

  test('the download of a whole box', async () => {
    const server = await serveBox(computer, { whole: true });
    write(vagrantfile({ box: 'hoplab/whole', boxUrl: server.url }));
    const { how } = await up();
    await server.stop();
    expect(how).toBe('ok');
  });

  test('VBoxManage prints nothing', async () => {
    computer.faults('empty');
    // It fails so early that nothing of it is machine-readable.
    const asked = await up();
    expect(asked.how).toBe('no class');
    expect(asked.text).toContain('Vagrant failed to initialize at a very early stage:');
    const { how, text } = await up('--provider virtualbox');
    expect(how).toBe('ProviderNotUsable');
    expect(text).toContain('calls to detect the version are returning empty');
  });

  test('an error comes with the exit code of success', async () => {
    // Vagrant looks for `VBoxManage.exe: error:`, which nobody prints here: it does not notice, and waits for a machine without a port.
    computer.faults('error-with-rc-0');
    write(vagrantfile({ bootTimeout: 5 }));
    expect((await up()).how).toBe('VMBootTimeout');
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

  test('VirtualBox speaks German: Vagrant goes on, errors keep their codes', async () => {
    computer.faults('german');
    expect((await up()).how).toBe('ok');
    const { code, stderr } = await computer.bash('VBoxManage showvminfo nosuchvm');
    expect(code).toBe(1);
    expect(stderr).toContain('Es konnte keine registrierte Maschine');
    expect(stderr).toContain('VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)');
    const prose = await computer.bash('LC_ALL=de_DE.UTF-8 VBoxManage hostonlyif create');
    expect(prose.stdout).toMatch(/^Die Schnittstelle 'vboxnet\d' wurde erfolgreich erstellt$/m);
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
