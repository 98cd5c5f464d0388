/** What the labs need on this computer, what was found, and how to mend what is missing. */
import type { BackendHealth, HealthItem } from '../../contract/health.ts';
import { run } from '../../platform/run.ts';
import { findEngine } from '../../platform/docker-engine.ts';
import { readMachine, type MachineFacts } from './machine-facts.ts';
import { computerItems } from './probe-computer.ts';
import { pathItems } from './probe-path.ts';
import { findTools, type Tools } from './tools.ts';
import {
  atLeast,
  isUntried,
  parseVagrantVersion,
  text,
  vagrantFor,
  type Version,
} from './versions.ts';
import { parseVersion, type VboxVersion } from './vbox-output.ts';

type Item = Omit<HealthItem, 'backend'>;

/** Never rejects. */
export async function probeVagrant(from: NodeJS.ProcessEnv = process.env): Promise<BackendHealth> {
  const tools = await findTools(from);
  const env = { ...from, PATH: tools.path, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
  const ask = (program: string | null) =>
    program
      ? run([program, '--version'], { env, timeoutMs: 15_000 }).then(
          ({ stdout }) => stdout,
          () => '',
        )
      : Promise.resolve('');
  const [vbox, vagrant, machine, engine] = await Promise.all([
    ask(tools.vboxmanage).then(parseVersion),
    ask(tools.vagrant).then(parseVagrantVersion),
    readMachine(env),
    findEngine(env),
  ]);
  const items: HealthItem[] = [
    virtualBox(tools, vbox),
    vagrantItem(tools, vagrant, vbox, machine.platform),
    ...pathItems(tools),
    ...computerItems(vbox, machine),
    ...guestDns(vbox, machine),
    dockerItem(engine),
    ...rightsItem(machine),
  ].map((item) => ({ ...item, backend: 'vagrant' as const }));
  const missing = items.filter(({ status }) => status === 'missing');
  return {
    backend: 'vagrant',
    usable: missing.length === 0,
    summary:
      missing.length === 0
        ? 'This computer can be the host of a lab.'
        : `${missing.map(({ title }) => title).join(', ')}: missing or not usable.`,
    items,
  };
}

function virtualBox(tools: Tools, version: VboxVersion | null): Item {
  const item = {
    id: 'virtualbox',
    title: 'VirtualBox',
    wanted: '7.0, 7.1 or 7.2 (6.1 works with an old Vagrant)',
    why: 'It runs the machines of the lab.',
  };
  if (!tools.vboxmanage)
    return {
      ...item,
      status: 'missing',
      found: 'no VBoxManage on PATH, in the login shell’s PATH or in the usual places',
      fix: 'Install VirtualBox from virtualbox.org or your distribution.',
      command: null,
    };
  if (!version)
    return {
      ...item,
      status: 'missing',
      found: `${tools.vboxmanage} says nothing when it is asked for its version`,
      fix: 'Install VirtualBox again.',
      command: null,
    };
  if (version.warning)
    return {
      ...item,
      status: 'missing',
      found: `${version.text}, but its kernel modules are not loaded`,
      fix: 'Build and load them. With Secure Boot they must be signed: the tool asks for a password, which you enter once more at the next start of the computer.',
      command: /virtualbox-dkms/.test(version.warning)
        ? 'sudo apt-get install --reinstall virtualbox-dkms'
        : 'sudo /sbin/vboxconfig',
    };
  const untried = isUntried(version.major, version.minor);
  return {
    ...item,
    status: untried ? 'warning' : 'ok',
    found: `${version.text} at ${tools.vboxmanage}${untried ? ', newer than any tried' : ''}`,
    fix: untried ? 'Go on; if something is odd, 7.2 is known.' : null,
    command: null,
  };
}

function vagrantItem(
  tools: Tools,
  version: Version | null,
  vbox: VboxVersion | null,
  platform: NodeJS.Platform,
): Item {
  const needed = vbox ? vagrantFor(vbox.major, vbox.minor, platform) : null;
  const item = {
    id: 'vagrant',
    title: 'Vagrant',
    wanted: needed
      ? `${text(needed)} or later, for VirtualBox ${String(vbox?.major)}.${String(vbox?.minor)}`
      : 'any that knows your VirtualBox',
    why: 'It makes the machines from the lab’s Vagrantfile, as the article does.',
  };
  const install =
    'Install it from developer.hashicorp.com/vagrant/install: distributions often have an old one, or none.';
  if (!tools.vagrant || !version)
    return {
      ...item,
      status: 'missing',
      found: tools.vagrant ? `${tools.vagrant} does not say its version` : 'no vagrant was found',
      fix: install,
      command: null,
    };
  if (needed && !atLeast(version, needed))
    return {
      ...item,
      status: 'missing',
      found: `${text(version)}, which cannot drive this VirtualBox`,
      fix: install,
      command: null,
    };
  return {
    ...item,
    status: 'ok',
    found: `${text(version)} at ${tools.vagrant}`,
    fix: null,
    command: null,
  };
}

/** VirtualBox 7.2 hands guests the address of the host's own stub resolver (VirtualBox/virtualbox#205). */
function guestDns(vbox: VboxVersion | null, machine: MachineFacts): Item[] {
  if (vbox?.major !== 7 || vbox.minor !== 2 || !machine.stubResolver) return [];
  return [
    {
      id: 'guest-dns',
      title: 'Names inside the machines',
      status: 'warning',
      wanted: 'a DNS server the machines can reach',
      found: 'VirtualBox 7.2 may tell them 127.0.0.53, which is this computer’s own',
      why: 'Then no name resolves on boxA, and it is not your mistake.',
      fix: 'In boxA: sudo resolvectl dns enp0s3 10.0.2.3',
      command: null,
    },
  ];
}

function dockerItem(engine: Awaited<ReturnType<typeof findEngine>>): Item {
  const item = {
    id: 'docker',
    title: 'Docker',
    wanted: 'an engine whose containers this computer can reach',
    why: 'nginx of the labs runs in it.',
  };
  if ('problem' in engine)
    return {
      ...item,
      status: 'warning',
      found: engine.found,
      fix: engine.fix,
      command: engine.command,
    };
  if (engine.virtual)
    return {
      ...item,
      status: 'warning',
      found: `${engine.version}, inside a virtual machine (Docker Desktop)`,
      fix: 'docker0 and 172.17.0.2 are inside that machine: the steps that reach nginx by its own address will not work. Published ports do.',
      command: null,
    };
  return {
    ...item,
    status: 'ok',
    found: `${engine.version} at ${engine.endpoint}`,
    fix: null,
    command: null,
  };
}

function rightsItem(machine: MachineFacts): Item[] {
  if (machine.platform !== 'linux') return [];
  return [
    {
      id: 'rights',
      title: 'Permission for one-click rules',
      status: machine.helper ? 'ok' : 'warning',
      wanted: 'the helper of Hoplab’s package, and a desktop that asks for the password',
      found: machine.helper ? 'installed' : 'not installed: sudo will ask in a terminal instead',
      why: 'Rules on this computer are applied by a small helper that can do nothing else.',
      fix: machine.helper
        ? null
        : 'Nothing needs to be done. The .deb and .rpm of Hoplab bring the helper.',
      command: null,
    },
  ];
}
