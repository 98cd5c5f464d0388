/** The stand-in answers as the real VBoxManage 7.2.22 did: the recorded commands, in an order in which they make sense. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeComputer, whyNoComputer, type Computer } from '../../support/vagrant/computer.ts';

const folder = join(import.meta.dirname, '../../fixtures/outputs/virtualbox');

interface Recording {
  command: string;
  code: number;
  stdout: string;
  stderr: string;
}

function recording(name: string): Recording {
  const text = readFileSync(join(folder, `${name}.txt`), 'utf8');
  const [, command = '', code = '', stdout = '', stderr = ''] =
    /^\$ (.*)\n# exit (\d+)\n# --- stdout\n([^]*?)# --- stderr\n?([^]*)$/.exec(text) ?? [];
  return { command, code: Number(code), stdout, stderr };
}

/** What is another each time: numbers made up for a machine, times, and lines of VirtualBox's source. */
const form = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/080027[0-9A-F]{6}/g, 'MAC')
    .replace(/\d{4}-\d\d-\d\dT[0-9:.]+/g, 'TIME')
    .replace(/at line \d+ of/g, 'at line N of')
    .trimEnd();

const vm = 'lab2_boxA_1732400000000_12345';

/** Recorded command after recorded command; `before` is what the recording had done meanwhile. */
const story: { name: string; before?: string; faults?: string[] }[] = [
  { name: 'version' },
  { name: 'list-vms-empty' },
  { name: 'list-runningvms' },
  { name: 'list-natnets' },
  { name: 'list-hostonlyifs-none' },
  { name: 'list-hostonlynets' },
  { name: 'createvm' },
  { name: 'list-vms' },
  { name: 'modifyvm-nat' },
  { name: 'modifyvm-hostonly' },
  { name: 'modifyvm-intnet' },
  { name: 'showvminfo-machinereadable' },
  { name: 'showvminfo-flag-first' },
  { name: 'showvminfo-human' },
  { name: 'modifyvm-cableconnected' },
  { name: 'showvminfo-cable-off' },
  { name: 'natpf-add' },
  { name: 'natpf-dup' },
  { name: 'natpf-delete' },
  { name: 'natpf-delete-missing' },
  { name: 'guestproperty-get-none' },
  { name: 'guestproperty-enumerate' },
  { name: 'controlvm-poweroff-notrunning' },
  { name: 'controlvm-setlinkstate-poweroff' },
  { name: 'snapshot-take' },
  { name: 'snapshot-list' },
  { name: 'snapshot-restore' },
  { name: 'snapshot-restore-missing' },
  { name: 'showvminfo-missing' },
  { name: 'hostonlyif-ipconfig-missing' },
  { name: 'hostonlyif-create-nodriver', faults: ['modules-missing'] },
  { name: 'startvm-nodriver', faults: ['modules-missing'] },
  { name: 'unregistervm' },
  {
    name: 'list-dhcpservers',
    before:
      'VBoxManage dhcpserver add --ifname vboxnet0 --ip 192.168.56.100 --netmask 255.255.255.0 --lowerip 192.168.56.101 --upperip 192.168.56.254 --enable',
  },
  { name: 'list-systemproperties' },
];

describe.skipIf(whyNoComputer)('the stand-in and the recordings of a real VBoxManage', () => {
  let computer: Computer;
  beforeAll(async () => {
    computer = await makeComputer({ version: '7.2.22_Debianr175245' });
  });
  afterAll(() => computer.close());

  for (const { name, before, faults = [] } of story)
    test(name, async () => {
      const recorded = recording(name);
      if (before) await computer.bash(before);
      computer.faults(...faults);
      const { code, stdout, stderr } = await computer.bash(recorded.command);
      computer.faults();
      expect({ code, stdout: form(stdout), stderr: form(stderr) }).toEqual({
        code: recorded.code,
        stdout: form(recorded.stdout),
        stderr: form(recorded.stderr),
      });
    });

  test('list-bridgedifs: the same keys for each interface, and the addresses this computer has', async () => {
    const keys = (text: string): string[] => [
      ...new Set(text.split('\n').map((line) => line.replace(/:.*/, ''))),
    ];
    const { stdout } = await computer.bash('VBoxManage list bridgedifs');
    expect(keys(stdout)).toEqual(keys(recording('list-bridgedifs').stdout));
    expect(stdout).toContain('Name:            eno1\n');
    expect(stdout).toContain('IPAddress:       192.168.178.20\n');
  });

  test('a machine that is not there any more is not found', async () => {
    const { code, stderr } = await computer.bash(`VBoxManage startvm ${vm} --type headless`);
    expect(code).toBe(1);
    expect(stderr).toContain('VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)');
  });
});
