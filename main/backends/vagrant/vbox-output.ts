/**
 * What VBoxManage prints, of versions 6.1 to 7.2. Pure: text in, facts out; what does not parse is skipped and nothing throws.
 * Keys and codes are read, not prose, which is translated on many machines (VBoxManageInfo.cpp, VBoxManageList.cpp).
 */

export interface VboxVersion {
  text: string;
  major: number;
  minor: number;
  patch: number;
  /** What stood before the version: a kernel module is missing. Empty when all is well. */
  warning: string;
}

/** The wrapper prints its warnings on standard output, before the version. Null when there is no version at all. */
export function parseVersion(stdout: string): VboxVersion | null {
  const lines = stdout.split(/\r?\n/).filter((line) => line.trim() !== '');
  const last = lines.at(-1)?.trim() ?? '';
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(last) ?? [];
  if (major === undefined) return null;
  return {
    text: last,
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    warning: lines.slice(0, -1).join('\n').trim(),
  };
}

export interface ListedVm {
  /** Not escaped by VirtualBox: it may hold quotes. Hostile. `<inaccessible>` when its files cannot be read. */
  name: string;
  uuid: string;
}

/** `list vms` and `list runningvms`. */
export function parseVms(stdout: string): ListedVm[] {
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [, name, uuid] = /^"(.*)" \{([0-9a-f-]{36})\}\s*$/.exec(line) ?? [];
    return name !== undefined && uuid ? [{ name, uuid }] : [];
  });
}

export interface VboxInterface {
  name: string;
  address: string;
  mask: string;
  mac: string;
  /** Only `Up` can be bridged to. */
  status: string;
}

/** `list hostonlyifs`, `list bridgedifs`. Records begin at `Name:`; a blank line may stand inside one. */
export function parseInterfaces(stdout: string): VboxInterface[] {
  return recordsOf(stdout).map((record) => ({
    name: record.get('Name') ?? '',
    address: record.get('IPAddress') ?? '',
    mask: record.get('NetworkMask') ?? '',
    mac: record.get('HardwareAddress') ?? '',
    status: record.get('Status') ?? 'Unknown',
  }));
}

export interface HostOnlyNetwork {
  name: string;
  mask: string;
  lower: string;
  upper: string;
}

/** `list hostonlynets`: macOS since VirtualBox 7.0. */
export function parseHostOnlyNetworks(stdout: string): HostOnlyNetwork[] {
  return recordsOf(stdout).map((record) => ({
    name: record.get('Name') ?? '',
    mask: record.get('NetworkMask') ?? '',
    lower: record.get('LowerIP') ?? '',
    upper: record.get('UpperIP') ?? '',
  }));
}

function recordsOf(stdout: string): Map<string, string>[] {
  const records: Map<string, string>[] = [];
  for (const line of stdout.split(/\r?\n/)) {
    const [, key, value] = /^([A-Za-z0-9 ]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) continue;
    if (key === 'Name') records.push(new Map());
    records.at(-1)?.set(key, value ?? '');
  }
  return records.filter((record) => record.get('Name'));
}

export interface VmForward {
  name: string;
  protocol: string;
  hostAddress: string;
  hostPort: number;
  guestAddress: string;
  guestPort: number;
}

export interface VmCard {
  /** From 1, as in `setlinkstate1`. */
  number: number;
  /** nat, hostonly, bridged, intnet, hostonlynetwork, … */
  mode: string;
  /** As the guest's `ip link` prints it: small letters, with colons. */
  mac: string;
  connected: boolean;
  adapter: string;
}

export interface VmInfo {
  name: string;
  uuid: string;
  /** running, poweroff, paused, saved, aborted, …; `inaccessible` when VirtualBox cannot read it. */
  state: string;
  cards: VmCard[];
  forwards: VmForward[];
}

/** `showvminfo --machinereadable`. Null when neither name nor UUID is in it. */
export function parseVmInfo(stdout: string): VmInfo | null {
  const keys = new Map<string, string>();
  const forwards: VmForward[] = [];
  for (const line of stdout.split(/\r?\n/)) {
    const [, quoted, plain, raw] =
      /^(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_-][^=]*))=(.*)$/.exec(line) ?? [];
    const [, forward] = /^Forwarding\(\d+\)="(.*)"\s*$/.exec(line) ?? [];
    if (forward !== undefined) forwards.push(...parseForward(forward));
    const key = quoted ?? plain;
    if (key === undefined || raw === undefined || keys.has(key)) continue;
    keys.set(key, unquote(raw));
  }
  const name = keys.get('name');
  const uuid = keys.get('UUID');
  if (name === undefined || uuid === undefined) return null;
  const state = name === '<inaccessible>' ? 'inaccessible' : (keys.get('VMState') ?? 'unknown');
  return { name, uuid, state, cards: cardsOf(keys), forwards };
}

/** VirtualBox escapes quotes and backslashes in some strings only; a lone one is kept. */
function unquote(raw: string): string {
  const text = raw.trim();
  if (!text.startsWith('"')) return text;
  return text
    .replace(/^"/, '')
    .replace(/"$/, '')
    .replace(/\\(["\\])/g, '$1');
}

function cardsOf(keys: ReadonlyMap<string, string>): VmCard[] {
  const cards: VmCard[] = [];
  for (let number = 1; number <= 36; number += 1) {
    const mode = keys.get(`nic${String(number)}`);
    if (mode === undefined || mode === 'none') continue;
    const mac = keys.get(`macaddress${String(number)}`) ?? '';
    const adapter =
      keys.get(`hostonlyadapter${String(number)}`) ??
      keys.get(`bridgeadapter${String(number)}`) ??
      keys.get(`hostonly-network${String(number)}`) ??
      keys.get(`intnet${String(number)}`) ??
      '';
    cards.push({
      number,
      mode,
      mac: mac.toLowerCase().replace(/(..)(?=.)/g, '$1:'),
      connected: keys.get(`cableconnected${String(number)}`) !== 'off',
      adapter,
    });
  }
  return cards;
}

/** `name,tcp,127.0.0.1,2222,,22`. */
function parseForward(text: string): VmForward[] {
  const [name, protocol, hostAddress, hostPort, guestAddress, guestPort] = text.split(',');
  if (!name || !protocol || !/^\d{1,5}$/.test(hostPort ?? '') || !/^\d{1,5}$/.test(guestPort ?? ''))
    return [];
  return [
    {
      name,
      protocol,
      hostAddress: hostAddress ?? '',
      hostPort: Number(hostPort),
      guestAddress: guestAddress ?? '',
      guestPort: Number(guestPort),
    },
  ];
}

/** Snapshot names of `snapshot VM list --machinereadable`, parents first. */
export function parseSnapshots(stdout: string): string[] {
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [, name] = /^SnapshotName(?:-[\d-]+)?="(.*)"\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [name];
  });
}
