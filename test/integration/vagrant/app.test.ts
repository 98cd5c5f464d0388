/** The backend `vagrant` on a computer where something is wrong: what the learner is told, and what to do about it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { addBox, serveBox } from '../../support/vagrant/box.ts';
import { makeComputer, whyNoComputer, type Computer } from '../../support/vagrant/computer.ts';
import { bundle } from '../../support/bundle.ts';

const root = join(import.meta.dirname, '../../..');

interface Result {
  ok: boolean;
  answer?: string;
  log?: string[];
  remarks?: string[];
  code?: string;
  message?: string;
  hint?: string;
  detail?: string;
}

// A real Vagrant brings a machine up in ten seconds, and in far more beside other work.
vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(whyNoComputer)('the backend vagrant where something is wrong', () => {
  let computer: Computer;
  let program: string;
  const up = async (lab = '02-host-only', env: Record<string, string> = {}): Promise<Result> => {
    const { stdout, stderr } = await computer.bash(
      `${process.execPath} ${program} ${root}/labs/${lab}`,
      { env: { NODE_PATH: join(root, 'node_modules'), ...env } },
    );
    try {
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;
    } catch {
      throw new Error(`${stdout}${stderr}`);
    }
  };
  /** Settings of Vagrant for every machine of this computer. */
  const everyMachine = (line: string): void =>
    writeFileSync(
      join(computer.home, '.vagrant.d/Vagrantfile'),
      `Vagrant.configure("2") do |config|\n  ${line}\nend\n`,
    );

  beforeAll(async () => {
    computer = await makeComputer({ networksConf: '* 192.168.0.0/16\n' });
    program = join(computer.folder, 'bring-up.cjs');
    await bundle(join(root, 'test/support/vagrant/bring-up.ts'), program, 'cjs');
    await addBox(computer, 'bento/ubuntu-24.04');
  });
  afterAll(() => computer.close());
  afterEach(async () => {
    computer.faults();
    rmSync(join(computer.home, '.vagrant.d/Vagrantfile'), { force: true });
    // Nothing of a failed start is left.
    const { stdout } = await computer.bash('VBoxManage list vms; VBoxManage list hostonlyifs');
    expect(stdout).toBe('');
  });

  test('nothing is wrong', async () => {
    const { answer } = await up();
    expect(answer?.split(' ')).toEqual(expect.arrayContaining(['10.0.2.15', '192.168.50.4']));
  });

  test('kernel modules are missing', async () => {
    computer.faults('modules-missing');
    const { message, hint } = await up();
    expect(message).toMatch(/kernel modules are not loaded/);
    expect(hint).toContain('vboxconfig');
  });

  test('the machine is locked for a moment', async () => {
    computer.faults('locked:2');
    expect((await up()).ok).toBe(true);
  });

  test('the machine stays locked', async () => {
    computer.faults('locked:99');
    const { message } = await up();
    expect(message).toMatch(/Another program is changing that virtual machine/);
  });

  test('the range is refused: the lab moves to one that VirtualBox allows, and says so', async () => {
    await computer.bash('mv /etc/vbox/networks.conf /etc/vbox/away');
    const { answer, remarks } = await up();
    await computer.bash('mv /etc/vbox/away /etc/vbox/networks.conf');
    expect(answer?.split(' ')).toContain('192.168.56.4');
    expect(remarks).toContain('The lab uses 192.168.56.0/24');
  });

  test('port 2222 is taken: the machine is reached by the port it got instead', async () => {
    const leave = await computer.occupy(2222);
    const { answer, log } = await up();
    await leave();
    expect(log?.join('\n')).toContain('Now on port 2200');
    expect(answer).toContain('10.0.2.15');
  });

  test('the machine does not answer', async () => {
    computer.faults('boot-timeout');
    everyMachine('config.vm.boot_timeout = 5');
    const { message } = await up('01-nat');
    expect(message).toMatch(/did not answer by ssh in time/);
  });

  test('KVM has the processor', async () => {
    computer.faults('kvm');
    const { message, hint } = await up('01-nat');
    expect(message).toMatch(/KVM\) holds the processor/);
    expect(hint).toContain('modprobe -r kvm_intel kvm_amd');
  });

  test('the download of the box breaks in the middle', async () => {
    const server = await serveBox(computer);
    await computer.bash('vagrant box remove bento/ubuntu-24.04');
    everyMachine(`config.vm.box_url = "${server.url}"`);
    const { message, detail } = await up('01-nat');
    await server.stop();
    await addBox(computer, 'bento/ubuntu-24.04');
    expect(message).toMatch(/download of the box failed/);
    expect(detail).toMatch(/bytes/);
  });

  test('VBoxManage hangs', async () => {
    computer.faults('hang:--version');
    const { code } = await up('01-nat');
    expect(code).toBe('timed-out');
  });

  test('VBoxManage prints nothing', async () => {
    computer.faults('empty');
    const { message } = await up('01-nat');
    expect(message).toContain('says nothing when it is asked for its version');
  });

  test('VirtualBox speaks German, to a learner whose desktop does', async () => {
    computer.faults('german');
    const { ok, answer } = await up('02-host-only', { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' });
    expect({ ok, answer }).toMatchObject({ ok: true });
  });

  test('an error comes with the exit code of success: Vagrant does not notice, and no machine answers', async () => {
    computer.faults('error-with-rc-0');
    everyMachine('config.vm.boot_timeout = 5');
    const { ok } = await up('01-nat');
    expect(ok).toBe(false);
  });
});
