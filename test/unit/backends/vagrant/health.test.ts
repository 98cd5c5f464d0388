/** What Health says of computers of all sorts, from what their files and programs say of them. */
import { describe, expect, test } from 'vitest';
import {
  hypervisorOf,
  secureBootOf,
  type MachineFacts,
} from '../../../../main/backends/vagrant/machine-facts.ts';
import { computerItems } from '../../../../main/backends/vagrant/probe-computer.ts';
import { pathItems } from '../../../../main/backends/vagrant/probe-path.ts';
import { vagrantFor } from '../../../../main/backends/vagrant/versions.ts';
import type { VboxVersion } from '../../../../main/backends/vagrant/vbox-output.ts';

const plain: MachineFacts = {
  platform: 'linux',
  appleSilicon: false,
  virtualisation: 'there',
  kvm: false,
  kvmMachines: 0,
  stubResolver: false,
  helper: true,
  secureBoot: 'off',
  hypervisor: null,
};
const vbox = (text: string, warning = ''): VboxVersion => {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return { text, major, minor, patch, warning };
};
const item = (
  id: string,
  facts: Partial<MachineFacts>,
  version: VboxVersion | null = vbox('7.0.20'),
) => computerItems(version, { ...plain, ...facts }).find((one) => one.id === id);

describe('Secure Boot', () => {
  test.each([
    ['the variable says on', Buffer.from([6, 0, 0, 0, 1]), '', 'on'],
    ['the variable says off', Buffer.from([6, 0, 0, 0, 0]), '', 'off'],
    ['an old computer has no such variable', null, '', 'off'],
    ['the variable is torn, mokutil knows', Buffer.from([6]), 'SecureBoot enabled\n', 'on'],
    ['only mokutil knows', null, 'SecureBoot enabled\nSetupMode disabled\n', 'on'],
    ['mokutil says off', null, 'SecureBoot disabled\n', 'off'],
  ] as const)('%s', (_, variable, mokutil, state) => {
    expect(secureBootOf(variable, mokutil)).toBe(state);
  });

  test('is a problem only while VirtualBox’s modules are not loaded', () => {
    expect(item('secure-boot', {})).toBeUndefined();
    expect(item('secure-boot', { secureBoot: 'on' })?.status).toBe('ok');
    const found = item('secure-boot', { secureBoot: 'on' }, vbox('7.0.20', 'WARNING: vboxdrv'));
    expect(found?.status).toBe('warning');
    expect(found?.fix).toMatch(/Enroll MOK/);
    expect(found?.why).toMatch(/signed/);
  });
});

describe('Hyper-V', () => {
  test.each([
    ['True\r\n', true],
    ['False\r\n', false],
    ['', null],
    ['Get-CimInstance : Zugriff verweigert\r\n', null],
  ] as const)('%j', (stdout, state) => {
    expect(hypervisorOf(stdout)).toBe(state);
  });

  test('is said on Windows, and nothing of it is switched off', () => {
    expect(item('hyper-v', { platform: 'win32', hypervisor: false })).toBeUndefined();
    const found = item('hyper-v', { platform: 'win32', hypervisor: true });
    expect(found).toMatchObject({ status: 'warning', command: null });
    expect(found?.fix).toMatch(/switches no features of Windows off/);
  });
});

test.each([
  ['darwin', /hostonlynet/],
  ['win32', /nobody has tried/],
] as const)('%s is said to be untested', (platform, words) => {
  const found = item('untested', { platform });
  expect(found?.status).toBe('warning');
  expect(`${found?.title ?? ''} ${found?.found ?? ''} ${found?.why ?? ''}`).toMatch(/untested/i);
  expect(`${found?.found ?? ''} ${found?.why ?? ''}`).toMatch(words);
  expect(item('untested', { platform: 'linux' })).toBeUndefined();
});

test('KVM: what is advised turns round with VirtualBox 7.2.10', () => {
  const before = item('kvm', { kvm: true, kvmMachines: 1 }, vbox('7.2.8'));
  expect(before).toMatchObject({
    status: 'warning',
    command: 'sudo modprobe -r kvm_intel kvm_amd',
  });
  expect(item('kvm', { kvm: true }, vbox('7.2.10'))).toMatchObject({ status: 'ok', command: null });
  expect(item('kvm', { kvm: true }, vbox('8.0.0'))?.status).toBe('ok');
});

test('on macOS host-only networks need Vagrant 2.3.4', () => {
  expect(vagrantFor(7, 0)).toEqual([2, 3, 2]);
  expect(vagrantFor(7, 0, 'darwin')).toEqual([2, 3, 4]);
  expect(vagrantFor(7, 2, 'darwin')).toEqual([2, 4, 9]);
  expect(vagrantFor(6, 1, 'darwin')).toEqual([2, 2, 6]);
});

describe('programs that a window’s own PATH does not name', () => {
  const tools = {
    path: '',
    vagrant: '/opt/vagrant/bin/vagrant',
    vboxmanage: '/usr/bin/VBoxManage',
    ssh: '/usr/bin/ssh',
  };
  test('are said, with where they were found', () => {
    const [found] = pathItems({
      ...tools,
      origins: { vagrant: 'login', vboxmanage: 'path', ssh: 'path' },
    });
    expect(found).toMatchObject({ id: 'path', status: 'ok' });
    expect(found?.found).toBe('vagrant in the PATH of your login shell only (/opt/vagrant/bin)');
    const [usual] = pathItems({
      ...tools,
      origins: { vagrant: 'usual', vboxmanage: 'usual', ssh: 'path' },
    });
    expect(usual?.found).toBe(
      'vagrant in no PATH, but in a usual place (/opt/vagrant/bin); VBoxManage in no PATH, but in a usual place (/usr/bin)',
    );
  });
  test('are not mentioned when all are on it', () => {
    const origins = { vagrant: 'path', vboxmanage: 'path', ssh: 'path' } as const;
    expect(pathItems({ ...tools, origins })).toEqual([]);
    expect(pathItems({ ...tools, vagrant: null, origins: { ...origins, vagrant: null } })).toEqual(
      [],
    );
  });
});
