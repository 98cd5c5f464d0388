import { expect, it } from 'vitest';
import { adaptLab } from '../../../../main/backends/vagrant/adapt.ts';
import { folderLab } from '../../../../main/backends/vagrant/folder-lab.ts';
import { isBoxName, vagrantfileOf } from '../../../../main/backends/vagrant/vagrantfile.ts';
import { LabId } from '../../../../main/contract/names.ts';
import { loadLab } from '../../../../main/labs/load-lab.ts';
import { valuesOf } from '../../../../main/labs/values.ts';

async function lab2() {
  const loaded = await loadLab(`${import.meta.dirname}/../../../../labs/02-host-only`);
  if (!('lab' in loaded)) throw new Error('lab 2 has mistakes');
  return loaded.lab;
}

it('any folder with a Vagrantfile is a lab of its machines', () => {
  const lab = folderLab('/home/me/my `odd` lab', ['boxA', 'boxB', 'host', 'x"; system("rm")', '']);
  expect(Object.keys(lab.nodes)).toEqual(['host', 'boxA', 'boxB']);
  expect(lab.terminals).toEqual(['host', 'boxA', 'boxB']);
  expect(LabId.safeParse(lab.id).success).toBe(true);
  expect(lab.steps[0]?.body).toContain('vagrant up boxB');
  expect(lab.steps[0]?.body).not.toContain('system');
  expect(folderLab('/', []).steps[0]?.checks).toEqual([]);
});

it('the Vagrantfile has the lab’s machines, addresses and forwards, and no ruby of strangers', async () => {
  const lab = await lab2();
  const text = vagrantfileOf(lab, { box: 'my/box', moved: { 'host-only': '192.168.57.0/24' } });
  expect(text).toContain('config.vm.define "boxA"');
  expect(text).toContain('node.vm.box = "my/box"');
  expect(text).toContain('"private_network", ip: "192.168.57.4"');
  expect(vagrantfileOf(lab)).toContain('ip: "192.168.50.4"');
  for (const bad of ['a"; system("x")', '#{x}', '../up', 'a/b/c', '']) {
    expect(isBoxName(bad)).toBe(false);
    expect(() => vagrantfileOf(lab, { box: bad })).toThrow();
  }
  expect(isBoxName('ubuntu/bionic64')).toBe(true);
});

it('names and addresses are those of this computer and of the guest', async () => {
  const adapted = adaptLab(await lab2(), {
    uplink: {
      device: 'wlan0',
      kind: 'wifi',
      address: '10.1.2.3',
      subnet: '10.1.0.0/16',
      gateway: '10.1.0.1',
    },
    user: 'ada',
    forwarding: '1',
    servers: { internet: '198.51.100.7' },
    moved: { 'host-only': '192.168.57.0/24' },
    devices: { 'host-only': 'vboxnet3' },
    names: { boxA: { nat: { name: 'eth0', mac: '08:00:27:00:00:01', address: '10.0.2.15' } } },
  });
  expect(valuesOf(adapted)).toMatchObject({
    'lan.device': 'wlan0',
    'lan.gateway': '10.1.0.1',
    'host-only.host': '192.168.57.1',
    'host-only.device': 'vboxnet3',
    'boxA.host-only.address': '192.168.57.4',
    'boxA.nat.ifname': 'eth0',
    'internet.wan.address': '198.51.100.7',
    'hypervisor.process': 'VBoxHeadless',
    'host.forwarding': '1',
  });
});
