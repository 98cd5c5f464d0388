/** A node's own /etc and homes: what makes it a machine of its own. Path → content; pure. */
import type { Lab } from '../contract/lab.ts';
import { bashrc, fishConfig, zshrc } from './shell-files.ts';

export interface NodeFile {
  path: string;
  content: string;
  mode?: string;
  /** Belongs to the node's user instead of root. */
  owned?: boolean;
}

/** Users that daemons and Debian's files expect, by number. */
const systemUsers = [
  ['daemon', 1],
  ['bin', 2],
  ['sys', 3],
  ['mail', 8],
  ['www-data', 33],
  ['nobody', 65534],
  ['sshd', 101],
  ['systemd-resolve', 102],
  ['systemd-network', 103],
  ['messagebus', 104],
  ['dnsmasq', 105],
  ['tcpdump', 106],
] as const;

function resolvedConf(): string {
  return `#  This file is part of systemd.
#
# Entries in this file show the compile time defaults. Local configuration
# should be created by either modifying this file, or by creating "drop-ins" in
# the resolved.conf.d/ subdirectory.
#
# See resolved.conf(5) for details.

[Resolve]
#DNS=
#FallbackDNS=
#Domains=
#DNSSEC=no
#DNSOverTLS=no
#MulticastDNS=no
#LLMNR=no
#Cache=yes
#DNSStubListener=yes
`;
}

/** Every file of a node that does not depend on what runs. */
export function filesOf(lab: Lab, node: string, hostName = node, ranged = true): NodeFile[] {
  const spec = lab.nodes[node];
  if (!spec) return [];
  const user = spec.user ?? 'root';
  // Without a range of ids the user's name has to be a second name of uid 0.
  const uid = ranged ? 1000 : 0;
  const accounts =
    user === 'root'
      ? []
      : [`${user}:x:${String(uid)}:${String(uid)}:${user}:/home/${user}:/bin/bash`];
  const first = ranged ? [] : accounts;
  const passwd = [
    ...first,
    'root:x:0:0:root:/root:/bin/bash',
    ...(ranged ? accounts : []),
    ...systemUsers.map(
      ([name, id]) =>
        `${name}:x:${String(id)}:${String(id)}:${name}:/nonexistent:/usr/sbin/nologin`,
    ),
  ];
  const group = [
    'root:x:0:',
    'tty:x:5:',
    'adm:x:4:',
    'sudo:x:27:',
    'nogroup:x:65534:',
    ...(user === 'root' || !ranged ? [] : [`${user}:x:1000:`]),
    ...systemUsers
      .filter(([name]) => name !== 'nobody')
      .map(([name, id]) => `${name}:x:${String(id)}:`),
  ];
  const resolver = spec.kind === 'machine' && spec.resolver;
  const servers = resolver ? ['127.0.0.53'] : spec.dns;
  const path = spec.kind === 'host' ? '/opt/hoplab/host:' : '';
  return [
    { path: '/etc/passwd', content: `${passwd.join('\n')}\n` },
    { path: '/etc/group', content: `${group.join('\n')}\n` },
    { path: '/etc/hostname', content: `${hostName}\n` },
    { path: '/etc/hosts', content: `127.0.0.1\tlocalhost\n127.0.1.1\t${hostName}\n` },
    {
      path: '/etc/nsswitch.conf',
      content:
        'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n',
    },
    {
      path: '/etc/resolv.conf',
      content:
        servers.map((server) => `nameserver ${server}\n`).join('') +
        (resolver ? 'options edns0 trust-ad\n' : ''),
    },
    {
      path: '/etc/profile',
      content: `export PATH=${path}/opt/hoplab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nexport LANG=C.UTF-8\n[ -n "$BASH_VERSION" ] && . /etc/bash.bashrc\n`,
    },
    { path: '/etc/bash.bashrc', content: bashrc(node, spec.kind) },
    { path: '/etc/zsh/zshrc', content: zshrc(node, spec.kind) },
    { path: '/etc/fish/config.fish', content: fishConfig(node, spec.kind) },
    // Without a file of their own, zsh asks a newcomer questions (zsh-newuser-install).
    { path: user === 'root' ? '/root/.zshrc' : `/home/${user}/.zshrc`, content: '' },
    ...(resolver ? [{ path: '/etc/systemd/resolved.conf', content: resolvedConf() }] : []),
    ...spec.files.map((file) => ({
      path: file.path,
      content: file.from ? (lab.assets[file.from] ?? '') : (file.content ?? ''),
      ...(file.mode && { mode: file.mode }),
    })),
  ];
}

/** A Vagrantfile for the machines of a lab, as its author would have written it. */
/** What the article's Vagrantfiles name. */
export const articleBox = 'ubuntu/bionic64';

export function vagrantfile(lab: Lab): string {
  const lines = ['# -*- mode: ruby -*-', 'Vagrant.configure("2") do |config|'];
  for (const [id, spec] of Object.entries(lab.nodes)) {
    if (spec.kind !== 'machine') continue;
    lines.push(
      `  config.vm.define "${id}" do |machine|`,
      `    machine.vm.box = "${spec.box ?? articleBox}"`,
      `    machine.vm.hostname = "${id}"`,
    );
    for (const item of spec.interfaces) {
      const network = lab.networks[item.network];
      if (network?.mode === 'host-only')
        lines.push(`    machine.vm.network "private_network", ip: "${item.address ?? ''}"`);
      if (network?.mode === 'internal')
        lines.push(
          `    machine.vm.network "private_network", ip: "${item.address ?? ''}", virtualbox__intnet: "${item.network}"`,
        );
    }
    for (const forward of spec.forwards.filter((item) => item.guestPort !== 22)) {
      lines.push(
        `    machine.vm.network "forwarded_port", guest: ${String(forward.guestPort)}, host: ${String(forward.hostPort)}`,
      );
    }
    lines.push('  end');
  }
  return `${[...lines, 'end'].join('\n')}\n`;
}
