/**
 * Makes out/hoplab_<version>_<arch>.deb from electron-builder's `dir` target with dpkg-deb alone: the
 * builder's own deb target downloads a packager, which a closed network does not allow. Prints the path.
 * With `--electron-dist=DIR --electron-version=V` it packs that Electron instead of the official one.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
const { version, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const option = (name) =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);

/** What the labs teach and the window needs; none of it starts a service. */
const depends = [
  'util-linux',
  'iproute2',
  'iptables',
  'nftables',
  'slirp4netns',
  'uidmap',
  'net-tools',
  'iputils-ping',
  'curl',
  'telnet | inetutils-telnet',
  'ethtool',
  'jq',
  'tcpdump',
  'conntrack',
  'busybox | busybox-static',
  'dnsmasq-base',
  'openssh-client',
  'python3:any | python3',
  'hostname',
  'libgtk-3-0t64 | libgtk-3-0',
  'libnss3',
  'libgbm1',
  'libasound2t64 | libasound2',
];

const helper = join(here, '../rules/elevation/helper');
const policy = 'org.hoplab.policy';
const work = mkdtempSync(join(tmpdir(), 'hoplab-deb-'));
execFileSync(process.execPath, [join(root, 'main/build/build.mjs')], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
rmSync(join(root, 'out'), { recursive: true, force: true });
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/electron-builder/cli.js'),
    '--linux',
    'dir',
    `--${process.arch}`,
    ...electron(),
  ],
  {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
  },
);
const unpacked = join(
  root,
  'out',
  readdirSync(join(root, 'out')).find((name) => name.endsWith('unpacked')),
);

try {
  layOut(join(work, 'tree'));
  const file = join(root, 'out', `hoplab_${version}_${arch}.deb`);
  // Owned by root whoever builds; xz of a hundred megabytes takes a minute, zstd does not.
  execFileSync(
    'dpkg-deb',
    ['--root-owner-group', '-Zzstd', '-z6', '--build', join(work, 'tree'), file],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  console.log(file);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Flags for another Electron: a configuration without the fuses it does not know. */
function electron() {
  const dist = option('electron-dist');
  const number = option('electron-version');
  if (!dist || !number) return [];
  const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'));
  Object.assign(config, { electronDist: dist, electronVersion: number });
  // The fuse came with Electron 29.
  if (Number(number.split('.')[0]) < 29)
    delete config.electronFuses.grantFileProtocolExtraPrivileges;
  const file = join(work, 'electron-builder.json');
  writeFileSync(file, JSON.stringify(config));
  return [`--config=${file}`];
}

function layOut(tree) {
  const put = (from, to, mode) => {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    cpSync(join(here, from), join(tree, to));
    chmodSync(join(tree, to), mode);
  };
  mkdirSync(join(tree, 'opt'), { recursive: true });
  chmodSync(tree, 0o755);
  cpSync(unpacked, join(tree, 'opt/Hoplab'), { recursive: true, verbatimSymlinks: true });
  // The offline runtime's loader for unpacked apps; the fuses forbid it anyway.
  rmSync(join(tree, 'opt/Hoplab/resources/app'), { recursive: true, force: true });
  if (existsSync(join(tree, 'opt/Hoplab/chrome-sandbox')))
    chmodSync(join(tree, 'opt/Hoplab/chrome-sandbox'), 0o755);
  put('linux/hoplab', 'usr/bin/hoplab', 0o755);
  put('linux/hoplab.desktop', 'usr/share/applications/hoplab.desktop', 0o644);
  put('linux/apparmor', 'etc/apparmor.d/hoplab', 0o644);
  put(`linux/${policy}`, `usr/share/polkit-1/actions/${policy}`, 0o644);
  put('../rules/elevation/helper/hoplab-helper', 'usr/lib/hoplab/hoplab-helper', 0o755);
  for (const name of readdirSync(join(helper, 'hoplab_helper')))
    if (name.endsWith('.py'))
      put(
        `../rules/elevation/helper/hoplab_helper/${name}`,
        `usr/lib/hoplab/hoplab_helper/${name}`,
        0o644,
      );
  put('../../LICENSE', 'usr/share/doc/hoplab/copyright', 0o644);
  for (const name of readdirSync(join(here, 'icons')))
    put(
      `icons/${name}`,
      `usr/share/icons/hicolor/${name.replace('.png', '')}/apps/hoplab.png`,
      0o644,
    );
  put('linux/postinst', 'DEBIAN/postinst', 0o755);
  put('linux/prerm', 'DEBIAN/prerm', 0o755);
  put('linux/postrm', 'DEBIAN/postrm', 0o755);
  writeFileSync(join(tree, 'DEBIAN/conffiles'), '/etc/apparmor.d/hoplab\n');
  const kilobytes = execFileSync('du', ['-sk', '--exclude=DEBIAN', tree], {
    encoding: 'utf8',
  }).split('\t')[0];
  const control = [
    'Package: hoplab',
    `Version: ${version}`,
    `Architecture: ${arch}`,
    'Section: education',
    'Priority: optional',
    'Maintainer: The Hoplab authors <hoplab@localhost>',
    `Installed-Size: ${kilobytes}`,
    `Depends: ${depends.join(', ')}`,
    `Description: ${description}`,
    ' A guided walkthrough, a real shell on every machine, live panels of what the kernel',
    ' holds, and forwarding and masquerading rules applied and taken back with one click.',
  ];
  writeFileSync(join(tree, 'DEBIAN/control'), `${control.join('\n')}\n`);
}
