/**
 * Host-only networks as VBoxManage lists and removes them: interfaces of the computer (`hostonlyif`), or on macOS since VirtualBox 7
 * networks that are none (`hostonlynet`; VBoxManageHostonly.cpp, VBoxManageList.cpp). Pure. Nobody has tried the second on a Mac.
 */
import { parseHostOnlyNetworks, parseInterfaces, type VboxVersion } from './vbox-output.ts';

export interface HostOnlyWords {
  list: string[];
  namesOf(stdout: string): string[];
  remove(name: string): string[];
}

const interfaces: HostOnlyWords = {
  list: ['list', 'hostonlyifs'],
  namesOf: (stdout) => parseInterfaces(stdout).map(({ name }) => name),
  remove: (name) => ['hostonlyif', 'remove', name],
};

const networks: HostOnlyWords = {
  list: ['list', 'hostonlynets'],
  namesOf: (stdout) => parseHostOnlyNetworks(stdout).map(({ name }) => name),
  remove: (name) => ['hostonlynet', 'remove', '--name', name],
};

export const hostOnlyWords = (
  platform: NodeJS.Platform,
  { major }: Pick<VboxVersion, 'major'>,
): HostOnlyWords => (platform === 'darwin' && major >= 7 ? networks : interfaces);
