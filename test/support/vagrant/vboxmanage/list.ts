/** `list …`: blocks as VBoxManage prints them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Reply } from './reply.ts';
import { settings, vmFolder, type State } from './state.ts';
import { usage } from './usage.ts';

interface Link {
  ifname: string;
  address: string;
  link_type: string;
  flags: string[];
  linkinfo?: { info_kind?: string };
  addr_info: { family: string; local: string; prefixlen: number }[];
}

const links = (): Link[] =>
  JSON.parse(execFileSync('ip', ['-j', '-d', 'addr', 'show']).toString()) as Link[];

const maskOf = (prefix: number): string =>
  [24, 16, 8, 0].map((shift) => (((0xffffffff << (32 - prefix)) >>> shift) & 255) >>> 0).join('.');

function block(link: Link, guid: string): string[] {
  const v4 = link.addr_info.find(({ family }) => family === 'inet');
  const v6 = link.addr_info.find(({ family }) => family === 'inet6');
  return [
    `Name:            ${link.ifname}`,
    `GUID:            ${guid}`,
    'DHCP:            Disabled',
    `IPAddress:       ${v4?.local ?? '0.0.0.0'}`,
    `NetworkMask:     ${v4 ? maskOf(v4.prefixlen) : '0.0.0.0'}`,
    `IPV6Address:     ${v6?.local ?? ''}`,
    `IPV6NetworkMaskPrefixLength: ${String(v6?.prefixlen ?? 0)}`,
    `HardwareAddress: ${link.address}`,
    'MediumType:      Ethernet',
    'Wireless:        No',
    `Status:          ${link.flags.includes('UP') ? 'Up' : 'Down'}`,
    `VBoxNetworkName: HostInterfaceNetworking-${link.ifname}`,
    '',
  ];
}

/** The driver puts the interface's name in front of its address. */
const guidOf = (prefix: string, address: string): string =>
  `${prefix}-${address.replaceAll(':', '')}`;

export function list(state: State, words: readonly string[], reply: Reply): number {
  const [what = ''] = words.filter((word) => !/^-/.test(word));
  switch (what) {
    case 'vms':
    case 'runningvms':
      for (const vm of state.vms)
        if (what === 'vms' || vm.running) reply.line(`"${vm.name}" {${vm.uuid}}`);
      return 0;
    case 'hostonlyifs':
      for (const link of links().filter(({ ifname }) =>
        state.hostOnly.some(({ name }) => name === ifname),
      )) {
        const number = Number(link.ifname.replace(/\D/g, ''));
        const last = (0x30 + number).toString(16);
        const guid = guidOf(`786f62${number === 0 ? '76' : last}-656e-4074-8000`, link.address);
        reply.lines(block(link, guid));
      }
      return 0;
    case 'bridgedifs':
      for (const link of links()) {
        if (link.link_type !== 'ether' || link.ifname.startsWith('vboxnet')) continue;
        if (link.ifname.startsWith('veth')) continue;
        reply.lines(block(link, guidOf('effffff9-7b97-44b7-8000', link.address)));
      }
      return 0;
    case 'systemproperties':
      reply.lines(systemProperties());
      return 0;
    case 'dhcpservers':
      reply.lines(
        state.dhcp
          .map((server) =>
            [
              `NetworkName:    ${server.network}`,
              `Dhcpd IP:       ${server.ip}`,
              `LowerIPAddress: ${server.lower}`,
              `UpperIPAddress: ${server.upper}`,
              `NetworkMask:    ${server.mask}`,
              `Enabled:        ${server.enabled ? 'Yes' : 'No'}`,
              'Global Configuration:',
              '    minLeaseTime:     default',
              '    defaultLeaseTime: default',
              '    maxLeaseTime:     default',
              '    Forced options:   None',
              '    Suppressed opts.: None',
              `        1/legacy: ${server.mask}`,
              'Groups:               None',
              'Individual Configs:   None',
            ].join('\n'),
          )
          .flatMap((text, index) => (index === 0 ? [text] : ['', text])),
      );
      return 0;
    case 'hdds':
      for (const vm of state.vms)
        reply.lines([
          `UUID:           ${vm.diskUuid}`,
          'Parent UUID:    base',
          'State:          created',
          'Type:           normal (base)',
          `Location:       ${vmFolder(vm.name)}/${vm.diskFile}`,
          'Storage format: VMDK',
          'Capacity:       65536 MBytes',
          'Encryption:     disabled',
          '',
        ]);
      return 0;
    case 'natnets':
    case 'intnets':
    case 'dvds':
    case 'floppies':
      return 0;
    case 'extpacks':
      reply.line('Extension Packs: 0');
      return 0;
    default:
      // hostonlynets too: only macOS builds have them.
      return usage(reply, `Unknown subcommand "${what}".`);
  }
}

/** As recorded, with this version and this home. */
function systemProperties(): string[] {
  const { version } = settings();
  const [major = '7', minor = '0'] = version.split('.');
  return readFileSync('/opt/vbox-stand-in/systemproperties', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/^(API version: +).*/, `$1${major}_${minor}`)
        .replace(/^(Default machine folder: +).*/, `$1${vmFolder('').replace(/\/$/, '')}`),
    );
}
