/** What a test's computer and its machines need to run, made anew in a folder: the stand-in, bundled, and what lies in a box. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as helpers from '../../../main/world/programs/helpers.ts';
import { bundle } from '../bundle.ts';
import { guestPrograms } from './guest-programs.ts';

const root = join(import.meta.dirname, '../../..');

const place = (name: string): string =>
  execFileSync('bash', ['-c', 'type -P "$1"', '-', name], { encoding: 'utf8' }).trim();

/** Fills `folder`, which the computer copies to where the set-user-id bit is honoured. */
export async function makePrograms(folder: string): Promise<void> {
  for (const part of ['nat', 'shell', 'guest']) mkdirSync(join(folder, part), { recursive: true });
  await bundleStandIn(folder);
  // A process is shown under the name of the file it was started from.
  copyFileSync(place('unshare'), join(folder, 'VBoxHeadless'));
  copyFileSync(place('slirp4netns'), join(folder, 'nat/VBoxHeadless'));
  copyFileSync(place('bash'), join(folder, 'shell/VBoxHeadless'));
  copyFileSync(place('sleep'), join(folder, 'VBoxSVC'));
  copyFileSync(place('bash'), join(folder, 'systemd'));
  const recorded = readFileSync(
    join(root, 'test/fixtures/outputs/virtualbox/list-systemproperties.txt'),
    'utf8',
  );
  const [, text = ''] = /^# --- stdout\n([^]*?)# --- stderr/m.exec(recorded) ?? [];
  writeFileSync(join(folder, 'systemproperties'), text);
  const files: Record<string, string> = {
    'usr/bin/sudo': helpers.sudo,
    'opt/hoplab/lib/service': helpers.service,
    'opt/hoplab/lib/udhcpc': helpers.udhcpcScript,
    'opt/hoplab/bin/systemctl': helpers.systemctl,
    ...guestPrograms,
  };
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, 'guest', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, 0o755);
  }
  // See main/world/programs/helpers.ts: sudo becomes root by it. The mode is set where it is copied to.
  cpSync(place('setpriv'), join(folder, 'guest/opt/hoplab/lib/become'));
}

/** Vagrant starts it a hundred times for one `up`: it is one file, and reads no other. */
async function bundleStandIn(folder: string): Promise<void> {
  const file = join(folder, 'VBoxManage.mjs');
  await bundle(join(import.meta.dirname, 'vboxmanage/main.ts'), file, 'es');
  writeFileSync(file, `#!${process.execPath}\n${readFileSync(file, 'utf8')}`);
  chmodSync(file, 0o755);
}
