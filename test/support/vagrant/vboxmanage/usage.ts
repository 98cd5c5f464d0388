/** What VBoxManage prints when it does not understand: its logo, the mistake, how it should have been called. Exit code 2. */
import type { Reply } from './reply.ts';
import { settings } from './state.ts';

const howToList = `Usage - View system information and VM configuration details:

  VBoxManage list [--long] [--platform-arch= x86 | arm] [--sorted] [bridgedifs
      | cloudnets | cloudprofiles | cloudproviders | cpu-profiles | dhcpservers
      | dvds | extpacks | floppies | groups | hddbackends | hdds | hostcpuids |
      hostdrives | hostdvds | hostfloppies | hostinfo | hostonlyifs |
      hostonlynets | intnets | natnets | ostypes | ossubtypes | runningvms |
      screenshotformats | systemproperties | usbfilters | usbhost | vms |
      webcams]`;

export function usage(reply: Reply, mistake: string, how = howToList): number {
  const version = settings().version.replace(/r\d+$/, '');
  const [major = 7, minor = 0] = version.split('.').map(Number);
  // Renamed with 7.1.
  const maker = major > 7 || minor >= 1 ? 'Oracle VirtualBox' : 'Oracle VM VirtualBox';
  reply.plain(`${maker} Command Line Management Interface Version ${version}`);
  reply.plain('Copyright (C) 2005-2026 Oracle and/or its affiliates\n');
  reply.plain(`VBoxManage: error: ${mistake}\n`);
  reply.plain(how);
  return 2;
}
