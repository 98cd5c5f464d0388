/** Host-only networks on this computer: what they are called, and how they are listed and removed, on Linux and on macOS. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cardsOf, devicesOf } from '../../../../main/backends/vagrant/guest.ts';
import { hostOnlyWords } from '../../../../main/backends/vagrant/host-only.ts';
import { vboxFailure } from '../../../../main/backends/vagrant/vbox-error.ts';
import { parseVmInfo } from '../../../../main/backends/vagrant/vbox-output.ts';
import { loadLab } from '../../../../main/labs/load-lab.ts';

/** As `list hostonlynets` writes it: a blank line stands inside the record (VBoxManageList.cpp). */
const nets = `Name:            vagrantnet-vbox1
GUID:            b5fd2d7e-0c0b-4a8f-9d6f-2f7d9b0f7c11

State:           Enabled
NetworkMask:     255.255.255.0
LowerIP:         192.168.56.0
UpperIP:         192.168.56.255
VBoxNetworkName: hostonly-vagrantnet-vbox1

`;
const ifs = `Name:            vboxnet1
GUID:            786f6276-656e-4174-8000-0a0027000001
DHCP:            Disabled
IPAddress:       192.168.50.1

`;
const machine = (...card: string[]) =>
  parseVmInfo(
    [
      'name="boxA"',
      'UUID="11111111-2222-3333-4444-555555555555"',
      'VMState="running"',
      'nic1="nat"',
      'macaddress1="0800278DC04D"',
      ...card,
      'macaddress2="0800273EA117"',
    ].join('\n'),
  );
const lab2 = async () => {
  const found = await loadLab(join(import.meta.dirname, '../../../../labs/02-host-only'));
  if (!('lab' in found)) throw new Error('the lab has mistakes');
  return found.lab;
};

describe('host-only networks', () => {
  test('are interfaces of the computer, except on macOS since VirtualBox 7', () => {
    for (const words of [
      hostOnlyWords('linux', { major: 7 }),
      hostOnlyWords('darwin', { major: 6 }),
    ]) {
      expect(words.list).toEqual(['list', 'hostonlyifs']);
      expect(words.namesOf(ifs)).toEqual(['vboxnet1']);
      expect(words.remove('vboxnet1')).toEqual(['hostonlyif', 'remove', 'vboxnet1']);
    }
    const mac = hostOnlyWords('darwin', { major: 7 });
    expect(mac.list).toEqual(['list', 'hostonlynets']);
    expect(mac.namesOf(nets)).toEqual(['vagrantnet-vbox1']);
    expect(mac.remove('vagrantnet-vbox1')).toEqual([
      ...['hostonlynet', 'remove', '--name', 'vagrantnet-vbox1'],
    ]);
  });

  test('have the number that was free when the machine was made', async () => {
    const info = machine('nic2="hostonly"', 'hostonlyadapter2="vboxnet1"');
    expect(devicesOf(await lab2(), 'boxA', info)).toEqual({ 'host-only': 'vboxnet1' });
    expect(devicesOf(await lab2(), 'boxA', null)).toEqual({});
  });

  test('on macOS have a name that is no interface’s, and the machine’s card is found all the same', async () => {
    const info = machine('nic2="hostonlynetwork"', 'hostonly-network2="vagrantnet-vbox1"');
    const lab = await lab2();
    expect(devicesOf(lab, 'boxA', info)).toEqual({});
    const links = [{ ifname: 'eth1', address: '08:00:27:3e:a1:17' }];
    expect(info && cardsOf(lab, 'boxA', info, links)).toEqual({
      'host-only': { name: 'eth1', mac: '08:00:27:3e:a1:17' },
    });
  });

  test('a Vagrant that asks macOS for an adapter is told apart', () => {
    const { message } = vboxFailure(
      ['hostonlyif', 'create'],
      'VBoxManage: error: Host-only adapters are no longer supported!',
      null,
    );
    expect(message).toContain('no host-only adapters any more');
  });
});
