/** The backend `vagrant` on a computer where something is wrong. Most of that is seen in the window: test/e2e/vagrant-faults.spec.ts. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { addBox } from '../../support/vagrant/box.ts';
import { makeComputer, whyNoComputer, type Computer } from '../../support/vagrant/computer.ts';
import { bundle } from '../../support/bundle.ts';

const root = join(import.meta.dirname, '../../..');

interface Result {
  ok: boolean;
  answer?: string;
  remarks?: string[];
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

  test('the machine is locked for a moment', async () => {
    computer.faults('locked:2');
    expect((await up()).ok).toBe(true);
  });

  test('the range is refused: the lab moves to one that VirtualBox allows, and says so', async () => {
    await computer.bash('mv /etc/vbox/networks.conf /etc/vbox/away');
    const { answer, remarks } = await up();
    await computer.bash('mv /etc/vbox/away /etc/vbox/networks.conf');
    expect(answer?.split(' ')).toContain('192.168.56.4');
    expect(remarks).toContain('The lab uses 192.168.56.0/24');
  });

  test('an error comes with the exit code of success: Vagrant does not notice, and no machine answers', async () => {
    computer.faults('error-with-rc-0');
    everyMachine('config.vm.boot_timeout = 5');
    const { ok } = await up('01-nat');
    expect(ok).toBe(false);
  });
});
