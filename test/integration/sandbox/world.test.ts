/** The article's world, with the article's addresses and names, as a person at a terminal finds it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildApp,
  hoplab,
  isRoot,
  ordinaryUser,
  people,
  type Person,
} from '../../support/person.ts';

beforeAll(buildApp, 120_000);

/** One sandbox, many commands: each prints under a heading of its own. */
async function ask(
  person: Person,
  lab: string,
  node: string,
  commands: Record<string, string>,
): Promise<Record<string, string>> {
  const script = Object.entries(commands)
    .map(([title, line]) => `echo "@@${title}"; { ${line}; } 2>&1`)
    .join('\n');
  const { stdout, stderr } = await hoplab(person, 'exec', lab, node, '--', 'bash', '-c', script);
  const answers = Object.fromEntries(
    stdout
      .split('@@')
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );
  if (Object.keys(answers).length !== Object.keys(commands).length)
    throw new Error(`${stdout}\n${stderr}`);
  return answers;
}

describe.each(people().map((person) => [person.who, person] as const))(
  'as %s',
  (_, person: Person) => {
    afterAll(() => {
      person.dispose();
    });

    it('host: LAN, docker0, names, and the way out', async () => {
      const found = await ask(person, 'labs/01-nat', 'host', {
        me: 'id -un; hostname; pwd',
        addresses: 'ifconfig -a',
        routes: 'route -n',
        out: 'ping -c1 -W2 leftasexercise.com; curl -s http://leftasexercise.com',
        firewall: 'sudo iptables -S; sudo iptables -t nat -S',
        forwarding: 'cat /proc/sys/net/ipv4/ip_forward',
        folders: 'ls ~; ls ~/lab1',
      });
      expect(found['me']).toBe('learner\nhost\n/home/learner/lab1\n');
      expect(found['addresses']).toMatch(/eno1[\s\S]*192\.168\.178\.20/);
      expect(found['addresses']).toMatch(/docker0[\s\S]*172\.17\.0\.1/);
      expect(found['routes']).toMatch(/0\.0\.0\.0\s+192\.168\.178\.1\s+0\.0\.0\.0\s+UG.*eno1/);
      expect(found['out']).toContain('1 received');
      expect(found['out']).toContain('<html');
      expect(found['firewall']).toContain('-P FORWARD DROP');
      expect(found['firewall']).toContain(
        '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
      );
      expect(found['forwarding']).toBe('0\n');
      expect(found['folders']).toBe('lab1\nlab2\nVagrantfile\n');
    });

    it('boxA: DHCP behind NAT, resolver, sudo', async () => {
      const found = await ask(person, 'labs/01-nat', 'boxA', {
        me: 'id -un; hostname; sudo id -u',
        addresses: 'ifconfig -a',
        routes: 'route -n',
        out: 'ping -c1 -W2 leftasexercise.com',
        netplan: 'sudo cat /etc/netplan/50-cloud-init.yaml',
        lease: 'cat /run/systemd/netif/leases/*',
        resolver: 'systemctl is-active systemd-resolved; cat /etc/resolv.conf',
        restart:
          'systemctl restart systemd-resolved; sudo systemctl restart systemd-resolved && getent ahostsv4 leftasexercise.com',
      });
      expect(found['me']).toBe('vagrant\nboxA\n0\n');
      expect(found['addresses']).toMatch(/enp0s3[\s\S]*10\.0\.2\.15[\s\S]*ether 08:00:27/);
      expect(found['routes']).toMatch(/0\.0\.0\.0\s+10\.0\.2\.2\s+0\.0\.0\.0\s+UG.*enp0s3/);
      expect(found['out']).toContain('1 received');
      expect(found['netplan']).toContain('dhcp4: true');
      expect(found['lease']).toContain('ADDRESS=10.0.2.15');
      expect(found['resolver']).toContain('active\nnameserver 127.0.0.53');
      expect(found['restart']).toMatch(/Access denied[\s\S]*203\.0\.113\.80/);
    });

    it('lab 1 by the article: nginx through NAT, the port forward, ssh through it', async () => {
      const found = await ask(person, 'labs/01-nat', 'host', {
        run: 'docker run -d --rm --name=nginx nginx:latest',
        address: 'docker inspect nginx | jq -r ".[0].NetworkSettings.IPAddress"',
        networks: "docker inspect nginx | jq -r '.[0].NetworkSettings.Networks.bridge.IPAddress'",
        curl: "vagrant ssh -c 'curl -s 172.17.0.2'",
        vm: `vm=$(vboxmanage list vms | grep "boxA" | awk '{print $1}' | sed s/\\"//g); vboxmanage showvminfo --machinereadable $vm | grep "Forwarding"`,
        owner: `vagrant ssh -c 'curl -s --max-time 3 telnet://172.17.0.2:80' & sleep 1; sudo netstat -t -n -p | grep 172.17.0.2:80; wait`,
        stop: 'docker stop nginx; docker ps -q',
        unknown:
          'docker swarm init; echo $?; vboxmanage clonevm x; echo $?; vagrant plugin list; echo $?',
      });
      expect(found['run']).toMatch(/^[0-9a-f]{64}\n$/);
      expect(found['address']).toBe('172.17.0.2\n');
      expect(found['networks']).toBe('172.17.0.2\n');
      expect(found['curl']).toContain('Welcome to nginx!');
      expect(found['vm']).toBe('Forwarding(0)="ssh,tcp,127.0.0.1,2222,,22"\n');
      expect(found['owner']).toContain('slirp4netns');
      expect(found['stop']).toBe('nginx\n');
      expect(found['unknown']).toMatch(
        /^this lab's docker knows: .*\n2\nthis lab's vboxmanage knows: .*\n2\nthis lab's vagrant knows: .*\n2\n$/,
      );
    });

    it('lab 2 by the article: vboxnet0, the cable, ssh by the other road, nginx the other way round', async () => {
      const key = '.vagrant/machines/boxA/virtualbox/private_key';
      const ssh = `ssh -o StrictHostKeyChecking=no -o LogLevel=ERROR -i ${key} vagrant@192.168.50.4`;
      const found = await ask(person, 'labs/02-host-only', 'host', {
        device: 'ifconfig vboxnet0; ethtool -i vboxnet0; route -n',
        cut: `vm=$(vboxmanage list vms | grep "boxA" | awk '{print $1}' | sed s/\\"//g); vboxmanage controlvm $vm setlinkstate1 off; vboxmanage showvminfo $vm --machinereadable | grep cableconnected1; ${ssh} ip link show enp0s3`,
        config: 'vagrant ssh-config',
        other: 'docker run -d --rm --name=nginx -p 80:80 nginx:latest; docker ps',
        page: `${ssh} curl -s 192.168.50.1`,
        arp: `arp -n; ${ssh} /usr/sbin/arp -n`,
        local: 'ip route show table local',
        mend: 'vboxmanage controlvm $vm setlinkstate1 on; vagrant ssh -c hostname',
      });
      expect(found['device']).toMatch(
        /192\.168\.50\.1[\s\S]*driver: veth[\s\S]*192\.168\.50\.0\s+0\.0\.0\.0\s+255\.255\.255\.0\s+U.*vboxnet0/,
      );
      expect(found['cut']).toContain('cableconnected1="off"');
      expect(found['cut']).toContain('NO-CARRIER');
      expect(found['config']).toMatch(
        /HostName 127\.0\.0\.1\n {2}User vagrant\n {2}Port 2222[\s\S]*\.vagrant\/machines\/boxA\/virtualbox\/private_key/,
      );
      expect(found['other']).toContain('0.0.0.0:80->80/tcp');
      expect(found['page']).toContain('Welcome to nginx!');
      expect(found['arp']).toMatch(
        /192\.168\.50\.4\s+ether\s+08:00:27[\s\S]*192\.168\.50\.1\s+ether\s+0a:00:27:00:00:00\s+C\s+enp0s8/,
      );
      expect(found['local']).toContain('local 192.168.50.1 dev vboxnet0');
      expect(found['mend']).toContain('boxA');
    });

    it('port forwards are really opened and closed, and what is refused says why', async () => {
      const found = await ask(person, 'labs/01-nat', 'host', {
        open: `vm=$(vboxmanage list vms | sed 's/^"\\([^"]*\\)".*/\\1/'); vboxmanage controlvm $vm natpf1 "web,tcp,127.0.0.1,8080,,80"; vboxmanage showvminfo $vm --machinereadable | grep Forwarding; ss -tln | grep -c 127.0.0.1:8080`,
        twice: 'vboxmanage controlvm $vm natpf1 "web,tcp,127.0.0.1,8081,,80"; echo $?',
        taken: 'vboxmanage controlvm $vm natpf1 "other,tcp,127.0.0.1,2222,,80"; echo $?',
        close:
          'vboxmanage controlvm $vm natpf1 delete web; ss -tln | grep -c 127.0.0.1:8080; vboxmanage controlvm $vm natpf1 delete web; echo $?',
        bad: 'vboxmanage controlvm $vm setlinkstate1 maybe; echo $?; vboxmanage controlvm $vm setlinkstate7 off; echo $?; vboxmanage showvminfo nosuchvm --machinereadable; echo $?',
        off: 'vboxmanage controlvm $vm poweroff 2>/dev/null; vboxmanage list runningvms; vboxmanage controlvm $vm setlinkstate1 off; echo $?',
        inside:
          'docker run -d --rm --name=nginx nginx:latest | cut -c1-12 >id; docker exec nginx hostname | diff - id && docker exec nginx curl -s localhost | grep -c Welcome',
      });
      expect(found['open']).toBe(
        'Forwarding(0)="ssh,tcp,127.0.0.1,2222,,22"\nForwarding(1)="web,tcp,127.0.0.1,8080,,80"\n1\n',
      );
      expect(found['twice']).toMatch(
        /^VBoxManage: error: A NAT rule of this name already exists\n[\s\S]*\n1\n$/,
      );
      expect(found['taken']).toMatch(/already exists\n1\n$/);
      expect(found['close']).toMatch(
        /^0\nVBoxManage: error: Code NS_ERROR_INVALID_ARG[\s\S]*\n1\n$/,
      );
      expect(found['bad']).toMatch(
        /Invalid link state 'maybe'\.\n2\n[\s\S]*\n1\nVBoxManage: error: Could not find a registered machine named 'nosuchvm'[\s\S]*\n1\n$/,
      );
      expect(found['off']).toMatch(/is not currently running\.\n1\n$/);
      expect(found['inside']).toBe('2\n');
    });

    it('a container is entered each time it was started, and nothing of it stays on the host', async () => {
      const found = await ask(person, 'labs/01-nat', 'host', {
        each: 'for n in {1..12}; do docker run -d --rm --name=nginx nginx:latest >id; docker exec nginx hostname | diff - <(cut -c1-12 id) && docker stop nginx; done',
        left: 'ls /run/docker; ps -ef | grep -c [c]ontainerd-shim',
        death:
          'docker run -d --rm --name=nginx nginx:latest >id; docker exec nginx kill -9 1; docker exec nginx pkill -9 -o nginx; docker stop nginx; ls /run/docker',
      });
      expect(found['each']).toBe('nginx\n'.repeat(12));
      expect(found['left']).toBe('0\n');
      expect(found['death']).toBe('nginx\n');
    });

    it('halts, starts again with its files, and is destroyed', async () => {
      const found = await ask(person, 'labs/01-nat', 'host', {
        write: "vagrant ssh -c 'echo kept > note'",
        halt: 'vagrant halt; vagrant status | sed -n 3p; vboxmanage list runningvms',
        again: "vagrant up >/dev/null; vagrant up | tail -n1; vagrant ssh -c 'cat note'",
        refuse: 'vagrant destroy </dev/null; vagrant status | sed -n 3p',
        destroy: 'vagrant destroy -f; vagrant status | sed -n 3p; vboxmanage list vms',
        elsewhere: 'cd /; vagrant up; echo $?',
      });
      expect(found['halt']).toContain('boxA                      poweroff (virtualbox)\n');
      expect(found['again']).toContain('kept');
      expect(found['refuse']).toContain('running (virtualbox)');
      expect(found['destroy']).toMatch(/not created \(virtualbox\)\n$/);
      expect(found['elsewhere']).toMatch(/A Vagrant environment[\s\S]*1\n$/);
    });

    it('exit status, output and errors pass through', async () => {
      const outcome = await hoplab(
        person,
        'exec',
        'labs/01-nat',
        'boxA',
        '--',
        'bash',
        '-c',
        'echo out; echo err >&2; exit 42',
      );
      expect(outcome.code).toBe(42);
      expect(outcome.stdout).toBe('out\n');
      expect(outcome.stderr).toContain('err');
    });
  },
);

describe.runIf(isRoot)('without a range of subordinate ids', () => {
  const person = ordinaryUser({ ranged: false });
  afterAll(() => {
    person.dispose();
  });

  it('everything but ssh works, and ssh says why not', async () => {
    const found = await ask(person, 'labs/01-nat', 'host', {
      out: 'ping -c1 -W2 leftasexercise.com',
      nginx: 'docker run -d --rm --name=nginx nginx:latest >/dev/null && curl -s 172.17.0.2',
      up: 'vagrant status',
      ssh: 'vagrant ssh',
    });
    expect(found['out']).toContain('1 received');
    expect(found['nginx']).toContain('Welcome to nginx!');
    expect(found['up']).toContain('running (virtualbox)');
    expect(found['ssh']).toContain('only one user id');
    const doctor = await hoplab(person, 'doctor');
    expect(doctor.stdout).toContain('/etc/subuid has no range');
  });
});

describe.runIf(isRoot)('where only root may use /dev/net/tun', () => {
  const person = ordinaryUser({ tun: false });
  afterAll(() => {
    person.dispose();
  });

  it('the machine does not start, the reason is named, and doctor has the line that helps', async () => {
    const outcome = await hoplab(person, 'exec', 'labs/01-nat', 'host', '--', 'true');
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('/dev/net/tun');
    const doctor = await hoplab(person, 'doctor');
    expect(doctor.stdout).toContain('sudo chmod 666 /dev/net/tun');
  });
});
