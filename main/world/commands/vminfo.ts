/** What `showvminfo` prints, key by key in the order of VBoxManage 7.2. Pure. */
import type { NetworkMode } from '../../contract/topology.ts';
import type { z } from 'zod';
import type { PortRule } from '../hypervisor.ts';

export interface VmNic {
  /** Twelve hexadecimal digits, upper case. */
  mac: string;
  mode: z.infer<typeof NetworkMode>;
  /** The host's interface, or the internal network's name. */
  device: string;
  connected: boolean;
}

export interface VmInfo {
  name: string;
  uuid: string;
  running: boolean;
  since: Date;
  nics: VmNic[];
  forwards: PortRule[];
}

const nicCount = 8;
/** VirtualBox prints nanoseconds and no zone. */
const stamp = (date: Date): string => date.toISOString().replace('Z', '000000');

/** One `key=value` a line; strings quoted, numbers bare. */
export function machineReadable(info: VmInfo): string[] {
  const folder = `/home/learner/VirtualBox VMs/${info.name}`;
  const since = stamp(info.since);
  return [
    `name="${info.name}"`,
    `encryption="disabled"`,
    `groups="/"`,
    `platformArchitecture="x86"`,
    `ostype="Ubuntu (64-bit)"`,
    `UUID="${info.uuid}"`,
    `CfgFile="${folder}/${info.name}.vbox"`,
    `SnapFldr="${folder}/Snapshots"`,
    `LogFldr="${folder}/Logs"`,
    `hardwareuuid="${info.uuid}"`,
    `memory=1024`,
    `pagefusion="off"`,
    `vram=8`,
    `cpuexecutioncap=100`,
    `cpu-profile="host"`,
    `chipset="piix3"`,
    `firmware="BIOS"`,
    `cpus=1`,
    `hpet="off"`,
    `pae="off"`,
    `longmode="on"`,
    `triplefaultreset="off"`,
    `apic="on"`,
    `x2apic="on"`,
    `nested-hw-virt="off"`,
    `hwvirtex="on"`,
    `nestedpaging="on"`,
    `largepages="off"`,
    `vtxvpid="on"`,
    `vtxux="on"`,
    `virtvmsavevmload="on"`,
    `cpuid-portability-level=0`,
    `bootmenu="messageandmenu"`,
    `boot1="floppy"`,
    `boot2="dvd"`,
    `boot3="disk"`,
    `boot4="none"`,
    `acpi="on"`,
    `ioapic="on"`,
    `biosapic="apic"`,
    `biossystemtimeoffset=0`,
    `NvramFile="${folder}/${info.name}.nvram"`,
    `rtcuseutc="on"`,
    `iommu="none"`,
    `paravirtprovider="default"`,
    `effparavirtprovider="kvm"`,
    `VMState="${info.running ? 'running' : 'poweroff'}"`,
    `VMStateChangeTime="${since}"`,
    `graphicscontroller="vboxvga"`,
    `monitorcount=1`,
    `accelerate3d="off"`,
    `teleporterenabled="off"`,
    `teleporterport=0`,
    `teleporteraddress=""`,
    `teleporterpassword=""`,
    `tracing-enabled="off"`,
    `tracing-allow-vm-access="off"`,
    `tracing-config=""`,
    `autostart-enabled="off"`,
    `autostart-delay=0`,
    `defaultfrontend=""`,
    `vmprocpriority="default"`,
    ...Array.from({ length: nicCount }, (_, index) =>
      nicKeys(index + 1, info.nics[index], info.forwards),
    ).flat(),
    `hidpointing="ps2mouse"`,
    `hidkeyboard="ps2kbd"`,
    `uart1="off"`,
    `uart2="off"`,
    `uart3="off"`,
    `uart4="off"`,
    `lpt1="off"`,
    `lpt2="off"`,
    `audio="default"`,
    `audio_out="off"`,
    `audio_in="off"`,
    `clipboard="disabled"`,
    `clipboard_file_transfers="off"`,
    `draganddrop="disabled"`,
    ...(info.running ? ['SessionName="headless"', 'VideoMode="720,400,0"@0,0 1'] : []),
    `vrde="off"`,
    `usb="off"`,
    `ehci="off"`,
    `xhci="off"`,
    `recording_started="off"`,
    `recording_enabled="off"`,
    `recording_screens=1`,
    ` rec_screen0`,
    `rec_screen_enabled="on"`,
    `rec_screen_id=0`,
    `rec_screen_video_enabled="on"`,
    `rec_screen_audio_enabled="off"`,
    `rec_screen_dest="File"`,
    `rec_screen_dest_filename="${folder}/${info.name}-screen0.webm"`,
    `rec_screen_opts="ac_profile=med"`,
    `rec_screen_video_res_xy="1024x768"`,
    `rec_screen_video_rate_kbps=512`,
    `rec_screen_video_fps=25`,
    `GuestMemoryBalloon=0`,
  ];
}

function nicKeys(index: number, nic: VmNic | undefined, forwards: PortRule[]): string[] {
  const n = String(index);
  if (!nic) return [`nic${n}="none"`];
  const attachment: Record<string, [string, string]> = {
    nat: [`natnet${n}="nat"`, 'nat'],
    'host-only': [`hostonlyadapter${n}="${nic.device}"`, 'hostonly'],
    internal: [`intnet${n}="${nic.device}"`, 'intnet'],
    bridged: [`bridgeadapter${n}="${nic.device}"`, 'bridged'],
  };
  const [key, word] = attachment[nic.mode] ?? [`generic${n}=""`, 'generic'];
  const lines = [
    key,
    `macaddress${n}="${nic.mac}"`,
    `cableconnected${n}="${nic.connected ? 'on' : 'off'}"`,
    `nic${n}="${word}"`,
    `nictype${n}="82540EM"`,
    `nicspeed${n}="0"`,
  ];
  if (nic.mode !== 'nat') return lines;
  return [
    ...lines,
    'mtu="0"',
    'sockSnd="64"',
    'sockRcv="64"',
    'tcpWndSnd="64"',
    'tcpWndRcv="64"',
    'localhostReachable="0"',
    'forwardBroadcast="0"',
    'enableTFTP="0"',
    ...forwards.map(
      (rule, number) =>
        `Forwarding(${String(number)})="${[rule.name, rule.protocol, rule.hostAddress, rule.hostPort, rule.guestAddress, rule.guestPort].join(',')}"`,
    ),
  ];
}

/** The same for people. */
export function human(info: VmInfo): string[] {
  const folder = `/home/learner/VirtualBox VMs/${info.name}`;
  const since = stamp(info.since);
  return [
    `Name:                        ${info.name}`,
    `Encryption:                  disabled`,
    `Groups:                      /`,
    `Platform Architecture:       x86`,
    `Guest OS:                    Ubuntu (64-bit)`,
    `UUID:                        ${info.uuid}`,
    `Config file:                 ${folder}/${info.name}.vbox`,
    `Snapshot folder:             ${folder}/Snapshots`,
    `Log folder:                  ${folder}/Logs`,
    `Hardware UUID:               ${info.uuid}`,
    `Memory size:                 1024MB`,
    `Page Fusion:                 disabled`,
    `VRAM size:                   8MB`,
    `CPU exec cap:                100%`,
    `CPUProfile:                  host`,
    `Chipset:                     piix3`,
    `Firmware:                    BIOS`,
    `Number of CPUs:              1`,
    `HPET:                        disabled`,
    `PAE:                         disabled`,
    `Long Mode:                   enabled`,
    `Triple Fault Reset:          disabled`,
    `APIC:                        enabled`,
    `X2APIC:                      enabled`,
    `Nested VT-x/AMD-V:           disabled`,
    `CPUID overrides:             None`,
    `Hardware Virtualization:     enabled`,
    `Nested Paging:               enabled`,
    `Large Pages:                 disabled`,
    `VT-x VPID:                   enabled`,
    `VT-x Unrestricted Exec.:     enabled`,
    `AMD-V Virt. Vmsave/Vmload:   enabled`,
    `CPUID Portability Level:     0`,
    `Boot menu mode:              message and menu`,
    `Boot Device 1:               Floppy`,
    `Boot Device 2:               DVD`,
    `Boot Device 3:               HardDisk`,
    `Boot Device 4:               Not Assigned`,
    `ACPI:                        enabled`,
    `IOAPIC:                      enabled`,
    `BIOS APIC mode:              APIC`,
    `Time offset:                 0ms`,
    `BIOS NVRAM File:             ${folder}/${info.name}.nvram`,
    `RTC:                         UTC`,
    `IOMMU:                       None`,
    `Paravirt. Provider:          Default`,
    `Effective Paravirt. Prov.:   KVM`,
    `State:                       ${info.running ? 'running' : 'powered off'} (since ${since})`,
    `Graphics Controller:         VBoxVGA`,
    `Monitor count:               1`,
    `3D Acceleration:             disabled`,
    `Teleporter Enabled:          disabled`,
    `Teleporter Port:             0`,
    `Teleporter Address:          `,
    `Teleporter Password:         `,
    `Tracing Enabled:             disabled`,
    `Allow Tracing to Access VM:  disabled`,
    `Tracing Configuration:       `,
    `Autostart Enabled:           disabled`,
    `Autostart Delay:             0`,
    `Default Frontend:            `,
    `VM process priority:         default`,
    `Storage Controllers:         <none>`,
    ...Array.from({ length: nicCount }, (_, index) =>
      nicLines(index + 1, info.nics[index], info.forwards),
    ).flat(),
    `Pointing Device:             PS/2 Mouse`,
    `Keyboard Device:             PS/2 Keyboard`,
    `UART 1:                      disabled`,
    `UART 2:                      disabled`,
    `UART 3:                      disabled`,
    `UART 4:                      disabled`,
    `LPT 1:                       disabled`,
    `LPT 2:                       disabled`,
    `Audio:                       enabled (Driver: Default, Controller: AC97, Codec: STAC9700)`,
    `Audio playback:              disabled`,
    `Audio capture:               disabled`,
    `Clipboard Mode:              disabled`,
    `Clipboard file transfers:    disabled`,
    `Drag and drop Mode:          disabled`,
    `VRDE:                        disabled`,
    `OHCI USB:                    disabled`,
    `EHCI USB:                    disabled`,
    `xHCI USB:                    disabled`,
    `USB Device Filters:          <none>`,
    `Bandwidth groups:            <none>`,
    `Shared folders:              <none>`,
    `Recording status:            stopped`,
    `Recording enabled:           no`,
    `Recording screens:           1`,
    ` Screen 0:`,
    `    Enabled:                 yes`,
    `    ID:                      0`,
    `    Record video:            yes`,
    `    Record audio:            no`,
    `    Destination:             File`,
    `    File:                    ${folder}/${info.name}-screen0.webm`,
    `    Options:                 ac_profile=med`,
    `    Video dimensions:        1024x768`,
    `    Video rate:              512kbps`,
    `    Video FPS:               25fps`,
    `* Guest:`,
    `Configured memory balloon:   0MB`,
    ``,
  ];
}

function nicLines(index: number, nic: VmNic | undefined, forwards: PortRule[]): string[] {
  const label = `NIC ${String(index)}:`.padEnd(29);
  if (!nic) return [`${label}disabled`];
  const attachment: Record<string, string> = {
    nat: 'NAT',
    'host-only': `Host-only Interface '${nic.device}'`,
    internal: `Internal Network '${nic.device}'`,
    bridged: `Bridged Interface '${nic.device}'`,
  };
  const cable = nic.connected ? 'on' : 'off';
  const line = `${label}MAC: ${nic.mac}, Attachment: ${attachment[nic.mode] ?? 'none'}, Cable connected: ${cable}, Trace: off (file: none), Type: 82540EM, Reported speed: 0 Mbps, Boot priority: 0, Promisc Policy: deny, Bandwidth group: none`;
  if (nic.mode !== 'nat') return [line];
  return [
    line,
    `NIC ${String(index)} Settings:`,
    '\tMTU: 0, Socket (send: 64, receive: 64), TCP Window (send:64, receive: 64),',
    '\tLocalhostReachable: 0, ForwardBroadcast: 0, EnableTFTP: 0',
    ...forwards.map(
      (rule, number) =>
        `NIC ${String(index)} Rule(${String(number)}):   name = ${rule.name}, protocol = ${rule.protocol}, host ip = ${rule.hostAddress}, host port = ${String(rule.hostPort)}, guest ip = ${rule.guestAddress}, guest port = ${String(rule.guestPort)}`,
    ),
  ];
}
