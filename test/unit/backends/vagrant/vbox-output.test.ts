import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedRanges, isAllowed } from '../../../../main/backends/vagrant/networks-conf.ts';
import { hasFailed, isLocked, vboxFailure } from '../../../../main/backends/vagrant/vbox-error.ts';
import {
  parseHostOnlyNetworks,
  parseInterfaces,
  parseSnapshots,
  parseVersion,
  parseVmInfo,
  parseVms,
} from '../../../../main/backends/vagrant/vbox-output.ts';
import { allVbox, vbox } from './recordings.ts';

const parsers = [
  parseVersion,
  parseVms,
  parseInterfaces,
  parseHostOnlyNetworks,
  parseVmInfo,
  parseSnapshots,
];

describe('recordings', () => {
  it('of the version, and what may stand before it', () => {
    expect(parseVersion(vbox('version').stdout)).toMatchObject({
      major: 7,
      minor: 2,
      patch: 22,
      warning: '',
    });
    for (const text of ['6.1.50_Ubuntur161033\n', '7.1.14_Mageia r170994\r\n', '4.1.8r1234_OSE\n'])
      expect(parseVersion(text)?.patch).toBeGreaterThan(0);
    const broken =
      'WARNING: The vboxdrv kernel module is not loaded.\n         Please recompile it.\n\n7.0.20r163906\n';
    expect(parseVersion(broken)).toMatchObject({ minor: 0, patch: 20 });
    expect(parseVersion(broken)?.warning).toContain('vboxdrv');
    expect(parseVersion('')).toBeNull();
    expect(parseVersion('\n  \nnothing here\n')).toBeNull();
  });

  it('of machines', () => {
    expect(parseVms(vbox('list-vms').stdout)).toEqual([
      { name: 'lab2_boxA_1732400000000_12345', uuid: '85d9faf9-6821-46a5-874d-d368cfdf83a5' },
    ]);
    expect(parseVms(vbox('list-vms-empty').stdout)).toEqual([]);
    expect(
      parseVms(
        '"Überprüfung "1" {x}" {0f1c2f0e-8f3a-4c57-9d52-5c1a8b5b7a11}\r\n"<inaccessible>" {0f1c2f0e-8f3a-4c57-9d52-5c1a8b5b7a12}\n',
      ),
    ).toEqual([
      { name: 'Überprüfung "1" {x}', uuid: '0f1c2f0e-8f3a-4c57-9d52-5c1a8b5b7a11' },
      { name: '<inaccessible>', uuid: '0f1c2f0e-8f3a-4c57-9d52-5c1a8b5b7a12' },
    ]);
  });

  it('of one machine: its cards by their MAC, its forwards', () => {
    expect(parseVmInfo(vbox('showvminfo-machinereadable').stdout)).toMatchObject({
      name: 'lab2_boxA_1732400000000_12345',
      state: 'poweroff',
      cards: [
        { number: 1, mode: 'nat', mac: '08:00:27:df:a2:e2', connected: true },
        {
          number: 2,
          mode: 'hostonly',
          mac: '08:00:27:ab:cd:ef',
          connected: true,
          adapter: 'vboxnet0',
        },
        { number: 3, mode: 'intnet', mac: '08:00:27:2c:8b:db', adapter: 'myNetwork' },
      ],
      forwards: [
        { name: 'ssh', protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 2222, guestPort: 22 },
      ],
    });
    expect(parseVmInfo(vbox('showvminfo-cable-off').stdout)?.cards[0]?.connected).toBe(false);
    expect(parseVmInfo(vbox('showvminfo-missing').stdout)).toBeNull();
    expect(
      parseVmInfo('name="<inaccessible>"\nUUID="85d9faf9-6821-46a5-874d-d368cfdf83a5"\n')?.state,
    ).toBe('inaccessible');
  });

  it('of odd lines, which are skipped', () => {
    const odd =
      'name="a"\nUUID="u"\n rec_screen0\nVideoMode="720,400,0"@0,0 1\n"SATA Controller-0-0"="C:\\\\x\\\\d.vmdk"\ndescription="one\ntwo"\nVMState="running"\nForwarding(0)="bad"\n';
    expect(parseVmInfo(odd)).toMatchObject({ state: 'running', forwards: [] });
  });

  it('of interfaces', () => {
    expect(parseInterfaces(vbox('list-bridgedifs').stdout)[0]).toMatchObject({
      name: 'eno1',
      status: expect.stringMatching(/Up|Down|Unknown/) as string,
    });
    expect(parseInterfaces(vbox('list-hostonlyifs-none').stdout)).toEqual([]);
    expect(
      parseInterfaces(
        'Name:            VirtualBox Host-Only Ethernet Adapter #2\r\nGUID:  x\r\n\r\nIPAddress:       192.168.56.1\r\nStatus:          Up\r\n',
      ),
    ).toMatchObject([
      { name: 'VirtualBox Host-Only Ethernet Adapter #2', address: '192.168.56.1', status: 'Up' },
    ]);
    const mac =
      'Name:            vagrantnet-vbox1\nGUID:            b5fd2d7e\n\nState:           Enabled\nNetworkMask:     255.255.255.0\nLowerIP:         192.168.56.0\nUpperIP:         192.168.56.255\n';
    expect(parseHostOnlyNetworks(mac)).toEqual([
      {
        name: 'vagrantnet-vbox1',
        mask: '255.255.255.0',
        lower: '192.168.56.0',
        upper: '192.168.56.255',
      },
    ]);
  });

  it('of snapshots', () => {
    expect(
      parseSnapshots(
        'SnapshotName="clean"\nSnapshotUUID="x"\nSnapshotName-1="after "dhcp""\nSnapshotUUID-1="y"\nCurrentSnapshotName="clean"\n',
      ),
    ).toEqual(['clean', 'after "dhcp"']);
    expect(parseSnapshots('This machine does not have any snapshots\n')).toEqual([]);
  });

  it('of failures: each is one, and no success is', () => {
    for (const { exit, stderr, name } of allVbox())
      expect(hasFailed(exit, stderr), name).toBe(exit !== 0 || stderr.includes('error:'));
  });
});

describe('whatever is printed', () => {
  it('never makes a parser throw', () => {
    const texts = allVbox().map(({ stdout, stderr }) => stdout + stderr);
    fc.assert(
      fc.property(
        fc.constantFrom(...texts, ''),
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.oneof(
              fc.string({ unit: 'binary', maxLength: 12 }),
              fc.constantFrom(
                '"',
                '\\',
                '=',
                '\n',
                '\r\n',
                '\0',
                '{',
                '}',
                'Name:',
                'Forwarding(0)=',
                '"\n"',
              ),
            ),
          ),
          { maxLength: 8 },
        ),
        (text, changes) => {
          let mutated = text;
          for (const [at, put] of changes) {
            const place = at % (mutated.length + 1);
            mutated = mutated.slice(0, place) + put + mutated.slice(place + (at % 3));
          }
          for (const parse of parsers) expect(() => parse(mutated)).not.toThrow();
          expect(vboxFailure(['x'], mutated, null).message).not.toBe('');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('failures in words', () => {
  it.each([
    [
      'VBoxNetAdpCtl: Error while adding new interface: failed to open /dev/vboxnetctl: No such file',
      /kernel modules/,
      /vboxconfig/,
    ],
    [
      'VT-x is disabled in the BIOS for all CPU modes (VERR_VMX_MSR_ALL_VMX_DISABLED)',
      /firmware/,
      /sandbox/,
    ],
    ['Das geht nicht (VERR_SVM_IN_USE).', /KVM/, /modprobe -r/],
    ['VBoxManage: error: Code E_ACCESSDENIED (0x80070005)', /ranges/, /networks\.conf/],
  ])('%s', (text, message, hint) => {
    const failure = vboxFailure(['startvm'], text, {
      text: '7.0.20',
      major: 7,
      minor: 0,
      patch: 20,
      warning: '',
    });
    expect(failure.message).toMatch(message);
    expect(failure.hint).toMatch(hint);
    expect(failure.detail).toContain(text);
  });

  it('says the opposite of KVM from 7.2.10 on', () => {
    const at = (patch: number) =>
      vboxFailure(['startvm'], 'VERR_VMX_IN_VMX_ROOT_MODE', {
        text: '',
        major: 7,
        minor: 2,
        patch,
        warning: '',
      }).hint;
    expect(at(9)).toContain('modprobe -r');
    expect(at(10)).not.toContain('modprobe -r');
  });

  it('knows a lock, which passes, from what does not', () => {
    const lock =
      'VBoxManage: error: The machine is already locked for a session\nVBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)';
    expect(isLocked(lock)).toBe(true);
    expect(vboxFailure(['modifyvm'], lock, null).code).toBe('busy');
    expect(isLocked('The object functionality is limited E_ACCESSDENIED')).toBe(false);
  });

  it('an error on standard error is one, though the status is 0', () => {
    expect(hasFailed(0, 'VBoxManage.exe: error: no\r\n')).toBe(true);
    expect(hasFailed(0, '0%...100%')).toBe(false);
  });
});

describe('/etc/vbox/networks.conf', () => {
  it.each([
    [null, '192.168.56.0/24', true],
    [null, '192.168.50.0/24', false],
    [null, '192.168.63.0/24', true],
    [null, '192.168.48.0/20', false],
    ['', '192.168.56.0/24', false],
    ['* 10.0.0.0/8 192.168.0.0/16\n* 2001::/64\n', '192.168.50.0/24', true],
    ['* 10.0.0.0/8 192.168.0.0/16\n', '172.16.0.0/24', false],
    ['# * 192.168.0.0/16\n', '192.168.50.0/24', false],
    [' * 192.168.0.0/16\n', '192.168.50.0/24', false],
    ['* 192.168.50.0/25\n', '192.168.50.0/24', false],
    ['* 0.0.0.0/0', '192.168.50.0/24', true],
  ])('%j allows %s: %s', (text, subnet, allowed) => {
    expect(isAllowed(subnet, allowedRanges(text).ranges)).toBe(allowed);
  });

  it('names what is no network', () => {
    expect(allowedRanges('* 10.0.0.0/8\n* 300.1.1.1/8 10/8\n')).toEqual({
      ranges: ['10.0.0.0/8'],
      mistakes: [
        { line: 2, word: '300.1.1.1/8' },
        { line: 2, word: '10/8' },
      ],
    });
  });
});
