/** The network of the lab alone, hosts and bridges without files or daemons, against Mininet building the same. */
import { run } from '../../platform/run.ts';
import { median, notMeasured, ratio, type Figure } from './figure.ts';

const rounds = 7;
/** Lab 2: five hosts on four bridges. */
const links: [host: string, bridge: string, address: string][] = [
  ['host', 'lan', '192.168.178.20/24'],
  ['router', 'lan', '192.168.178.1/24'],
  ['router', 'wan', '203.0.113.1/24'],
  ['internet', 'wan', '203.0.113.80/24'],
  ['host', 'only', '192.168.50.1/24'],
  ['boxA', 'only', '192.168.50.4/24'],
  ['host', 'docker', '172.17.0.1/16'],
  ['nginx', 'docker', '172.17.0.2/16'],
];
const hosts = [...new Set(links.map(([host]) => host))];
const bridges = [...new Set(links.map(([, bridge]) => bridge))];

/** Our way: all namespaces at once, all links in one `ip -batch`, addresses in one more for each. Prints milliseconds. */
const batchScript = `
t0=\${EPOCHREALTIME/./}; declare -A P
mount -t tmpfs tmpfs /tmp; mkfifo /tmp/ready; exec 7<>/tmp/ready; W=()
for h in ${hosts.join(' ')}; do unshare --net bash --norc -c 'echo up >&7; exec sleep 60' & P[$h]=$!; done
for h in ${hosts.join(' ')}; do read -r -u 7 _; done
ip -batch - <<X
${bridges.map((bridge) => `link add ${bridge} type bridge\nlink set ${bridge} up`).join('\n')}
${links.map(([host, bridge], index) => `link add p${String(index)} type veth peer name e${String(index)} netns \${P[${host}]}\nlink set p${String(index)} master ${bridge}\nlink set p${String(index)} up`).join('\n')}
X
${hosts.map((host) => `nsenter --net=/proc/\${P[${host}]}/ns/net ip -batch - <<'X' &\nlink set lo up\n${links.flatMap(([owner, , address], index) => (owner === host ? [`link set e${String(index)} up\naddr add ${address} dev e${String(index)}`] : [])).join('\n')}\nX\nW+=($!)`).join('\n')}
wait "\${W[@]}"; t1=\${EPOCHREALTIME/./}; echo $(( t1 - t0 )); kill \${P[@]}
`;

const mininetScript = `
import time
from mininet.node import Node
from mininet.nodelib import LinuxBridge
from mininet.net import Mininet
from mininet.log import setLogLevel
setLogLevel('critical')
t=time.time()
net=Mininet(controller=None, switch=LinuxBridge)
hs={h: net.addHost(h, ip=None) for h in ${JSON.stringify(hosts)}}
bs={b: net.addSwitch('s%d' % (i+1)) for i,b in enumerate(${JSON.stringify(bridges)})}
for h,b,a in ${JSON.stringify(links)}:
    l=net.addLink(hs[h], bs[b]); l.intf1.setIP(a)
net.build(); net.start()
print(int((time.time()-t)*1e6))
`;

export async function benchNetwork(): Promise<Figure[]> {
  const name = 'network of the lab alone';
  if (process.getuid?.() !== 0) return [notMeasured(name, 'Mininet needs root')];
  const python = await run(['python3', '-c', 'import mininet']).catch(() => ({ code: 1 }));
  const system = python.code === 0 ? 'python3' : '/usr/bin/python3';
  const found = await run([system, '-c', 'import mininet']).catch(() => ({ code: 1 }));
  if (found.code !== 0) return [notMeasured(name, 'Mininet is not installed')];
  const tool = await run(['brctl', '--version']).catch(() => ({ code: 1 }));
  if (tool.code !== 0) return [notMeasured(name, 'Mininet wants bridge-utils')];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await micros(['bash', '--norc', '-c', batchScript]));
    theirs.push(await micros([system, '-c', mininetScript]));
  }
  return [ratio(name, median(ours) / 1000, median(theirs) / 1000, 'Mininet', 0.7)];
}

/** In namespaces of its own, which end with it; answers what the program printed. */
async function micros(argv: readonly string[]): Promise<number> {
  const result = await run(
    ['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', ...argv],
    { timeoutMs: 60_000 },
  );
  const value = Number(result.stdout.trim().split('\n').at(-1));
  if (!Number.isFinite(value) || value <= 0)
    throw new Error(`no figure: ${result.stdout}${result.stderr}`);
  return value;
}
