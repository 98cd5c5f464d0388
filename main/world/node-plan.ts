/** What each kind of node does when it boots: its addresses, its firewall, its daemons. Pure. */
import type { Lab } from '../contract/lab.ts';
import type { MachineNode } from '../contract/topology.ts';
import type { Daemons } from './daemons.ts';
import type { SshKey } from './keys.ts';
import type { NodeBoot } from './node-boot.ts';
import { filesOf, vagrantfile, type NodeFile } from './node-files.ts';
import { hostDeviceOf, interfacesOf } from './plan.ts';
import { quote } from './shell-script.ts';

export interface Surroundings {
  daemons: Daemons;
  ranged: boolean;
  /** Every lab whose folder lies in the host's home. */
  siblings: Lab[];
  /** The machines' keys: the learner's, and the host key of sshd. */
  userKey: SshKey;
  hostKey: SshKey;
  welcomePage: string;
}

export function bootOf(lab: Lab, node: string, around: Surroundings, hostName = node): NodeBoot {
  const spec = lab.nodes[node];
  if (!spec) throw new Error(`${node} is not a node of ${lab.id}`);
  const boot: NodeBoot = {
    id: node,
    hostName,
    sysctls: { ...(spec.kind === 'router' && { 'net.ipv4.ip_forward': '1' }), ...spec.sysctls },
    files: filesOf(lab, node, hostName, around.ranged),
    user: spec.user ?? 'root',
    ranged: around.ranged,
    ip: addressLines(lab, node),
    firewall: '',
    start: ':',
  };
  switch (spec.kind) {
    case 'host':
      boot.files.push(...labFolders(around.siblings, boot.user));
      boot.ip.push(...containerBridges(lab));
      boot.firewall = dockerRules(lab);
      break;
    case 'router':
      if (spec.masquerade)
        boot.firewall = `*nat\n-A POSTROUTING -o ${spec.masquerade} -j MASQUERADE\nCOMMIT`;
      boot.start = nameServer(spec.names, around.ranged);
      break;
    case 'server':
      if (spec.http) {
        const page = spec.http.page ? (lab.assets[spec.http.page] ?? '') : `<h1>${node}</h1>\n`;
        boot.files.push({ path: '/srv/www/index.html', content: page });
        boot.start = `busybox httpd -p ${String(spec.http.port)} -h /srv/www`;
      }
      break;
    case 'container':
      boot.files.push(...nginxFiles(around.welcomePage));
      boot.start = around.daemons.nginx
        ? `${withLibraries(around)}${quote(around.daemons.nginx)} -p /srv/nginx -c nginx.conf -e stderr >>/var/log/nginx.log 2>&1 7>&- 8>&-`
        : 'echo "no nginx found" >&2; false';
      break;
    case 'machine':
      Object.assign(boot, machine(lab, node, spec, boot, around));
      break;
  }
  return boot;
}

function addressLines(lab: Lab, node: string): string[] {
  const lines = interfacesOf(lab, node).flatMap((item) => [
    `link set ${item.name} up`,
    ...(item.cidr ? [`addr add ${item.cidr} brd + dev ${item.name}`] : []),
  ]);
  const gateway = lab.nodes[node]?.gateway;
  return gateway ? [...lines, `route add default via ${gateway}`] : lines;
}

function containerBridges(lab: Lab): string[] {
  return Object.entries(lab.networks).flatMap(([id, network]) => {
    const device = network.mode === 'container' ? hostDeviceOf(lab, id) : null;
    if (!device?.cidr) return [];
    return [
      `link add ${device.name} address ${device.mac} type bridge`,
      `link set ${device.name} up`,
      `addr add ${device.cidr} brd + dev ${device.name}`,
    ];
  });
}

/**
 * What dockerd leaves on a host (Docker 28, iptables backend, cut down to the chains a learner meets):
 * FORWARD drops by policy, its own chains come first, and containers are masqueraded.
 */
function dockerRules(lab: Lab): string {
  const bridges = Object.entries(lab.networks).filter(
    ([, network]) => network.mode === 'container' && network.device,
  );
  if (bridges.length === 0) return '';
  return [
    '*filter',
    ':FORWARD DROP [0:0]',
    ':DOCKER-USER - [0:0]',
    ':DOCKER-FORWARD - [0:0]',
    '-A FORWARD -j DOCKER-USER',
    '-A FORWARD -j DOCKER-FORWARD',
    ...bridges.flatMap(([, network]) => [
      `-A DOCKER-FORWARD -o ${network.device ?? ''} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `-A DOCKER-FORWARD -i ${network.device ?? ''} -j ACCEPT`,
    ]),
    'COMMIT',
    '*nat',
    ...bridges.map(
      ([, network]) =>
        `-A POSTROUTING -s ${network.subnet} ! -o ${network.device ?? ''} -j MASQUERADE`,
    ),
    'COMMIT',
  ].join('\n');
}

function nameServer(names: Record<string, string>, ranged: boolean): string {
  if (Object.keys(names).length === 0) return ':';
  const records = Object.entries(names).map(
    ([name, address]) => `--host-record=${name},${address}`,
  );
  const common = `dnsmasq --conf-file=/dev/null --no-resolv --no-hosts ${records.join(' ')}`;
  // Without other ids it cannot change its group, which only -d leaves out (dnsmasq(8)); then it does not fork either.
  return ranged
    ? `${common} --user=root --group=root --pid-file=/run/dnsmasq.pid 7>&- 8>&-`
    : `${common} -d >>/var/log/dnsmasq.log 2>&1 7>&- 8>&- &`;
}

function labFolders(siblings: Lab[], user: string): NodeFile[] {
  return siblings.map((lab) => ({
    path: `/home/${user}/${lab.folder}/Vagrantfile`,
    content: vagrantfile(lab),
  }));
}

function nginxFiles(page: string): NodeFile[] {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path /srv/nginx/${name};`,
  );
  const conf = `user root root;\nworker_processes 1;\npid /run/nginx.pid;\nevents { worker_connections 64; }\nhttp {\n${temp.join('\n')}\n  access_log /var/log/nginx-access.log;\n  default_type text/html;\n  server { listen 80; location / { root /srv/nginx/html; index index.html; } }\n}\n`;
  return [
    { path: '/srv/nginx/nginx.conf', content: conf },
    { path: '/srv/nginx/html/index.html', content: page },
  ];
}

const withLibraries = (around: Surroundings): string =>
  around.daemons.libraries ? `LD_LIBRARY_PATH=${quote(around.daemons.libraries)} ` : '';

function machine(
  lab: Lab,
  node: string,
  spec: MachineNode,
  boot: NodeBoot,
  around: Surroundings,
): Pick<NodeBoot, 'files' | 'start'> {
  const { daemons } = around;
  const files = [...boot.files];
  const start = [
    '. /opt/hoplab/lib/service',
    'mkdir -p /run/systemd/netif/links /run/systemd/resolve',
  ];
  const dhcp = interfacesOf(lab, node).filter((item) => item.dhcp);
  for (const item of dhcp) {
    start.push(
      `busybox udhcpc -n -t 20 -T 1 -i ${item.name} -s /opt/hoplab/lib/udhcpc -p /run/udhcpc-${item.name}.pid </dev/null >>/var/log/udhcpc.log 2>&1 7>&- 8>&- & lease=$!`,
    );
  }
  if (spec.resolver && daemons.resolved && around.ranged) {
    // Its third line: the stub of 127.0.0.53 (3500007F) listens on port 53 (0035), proc_net_udp in the kernel's documentation.
    files.push({
      path: '/etc/hoplab/services/systemd-resolved',
      content: `Network Name Resolution\nenv ${withLibraries(around)}${daemons.resolved}\n[[ $(</proc/net/udp) == *3500007F:0035\\ * ]]\n`,
    });
    start.push(
      'chown systemd-resolve: /run/systemd/resolve',
      'service_start systemd-resolved & resolver=$!',
    );
  }
  if (daemons.sshd && around.ranged) {
    const unpacked = daemons.sshd.startsWith('/opt/hoplab/');
    const base = '/opt/hoplab/daemons/usr/lib/openssh';
    const extra = unpacked
      ? `SshdSessionPath ${base}/sshd-session\nSshdAuthPath ${base}/sshd-auth\n`
      : '';
    files.push(
      { path: '/etc/ssh/ssh_host_ecdsa_key', content: around.hostKey.privateKey, mode: '600' },
      {
        path: '/etc/ssh/sshd_config',
        content: `Port 22\nHostKey /etc/ssh/ssh_host_ecdsa_key\nUsePAM no\nPidFile none\nPermitRootLogin no\nPasswordAuthentication no\nPrintMotd no\nPrintLastLog no\nUseDNS no\nAcceptEnv LANG LC_* COLORTERM\nSetEnv LANG=C.UTF-8\n${extra}`,
      },
      {
        path: `/home/${boot.user}/.ssh/authorized_keys`,
        content: `${around.userKey.publicKey}\n`,
        mode: '600',
      },
      // sshd's third line: it listens (state 0A) on port 22 (0016), proc_net_tcp in the kernel's documentation.
      {
        path: '/etc/hoplab/services/ssh',
        content: `OpenBSD Secure Shell server\nenv ${withLibraries(around)}${daemons.sshd} -D -e -f /etc/ssh/sshd_config\n[[ $(</proc/net/tcp) == *:0016\\ 00000000:0000\\ 0A* ]]\n`,
      },
    );
    start.push('mkdir -p /run/sshd', 'service_start ssh');
  }
  if (dhcp.length > 0) start.push('wait "$lease"');
  if (spec.resolver && daemons.resolved && around.ranged) start.push('wait "$resolver"');
  return { files, start: start.join('\n') };
}
