/**
 * What `vagrant --machine-readable` prints (developer.hashicorp.com/vagrant/docs/cli/machine-readable; lib/vagrant/ui.rb).
 * Pure: text in, records out. Nothing it reads makes it throw; what is not of that form is plain text and skipped.
 */

/** `timestamp,target,type,data…` */
export interface VagrantRecord {
  /** The machine; empty for all of them. */
  target: string;
  type: string;
  data: string[];
}

const form = /^\d+,([^,]*),([a-z_-]+)(?:,(.*))?$/;

/** One line, or null when it is plain text: of ssh-config, a plugin, Ruby. */
export function parseRecord(line: string): VagrantRecord | null {
  const [, target = '', type, data] = form.exec(line.replace(/\r$/, '')) ?? [];
  if (type === undefined) return null;
  return { target, type, data: data === undefined ? [] : data.split(',').map(unescape) };
}

/** A literal backslash is not escaped by Vagrant, so that `C:\new` cannot be told from a line break. */
function unescape(text: string): string {
  return text
    .replaceAll('%!(VAGRANT_COMMA)', ',')
    .replace(/\\[nr]/g, (found) => (found === '\\n' ? '\n' : '\r'));
}

export function parseRecords(text: string): VagrantRecord[] {
  return text.split('\n').flatMap((line) => {
    const record = parseRecord(line);
    return record ? [record] : [];
  });
}

/** Machine → state: `not_created`, or VirtualBox's own word (`running`, `poweroff`, `saved`, `paused`, …). */
export function statesOf(records: readonly VagrantRecord[]): Map<string, string> {
  return new Map(
    records.flatMap(({ target, type, data }) =>
      type === 'state' && target !== '' && data[0] ? [[target, data[0]] as const] : [],
    ),
  );
}

export interface VagrantError {
  /** The Ruby class without its module: `VMBootTimeout`. */
  class: string;
  message: string;
}

/** The error a run ended with, or null. */
export function errorOf(records: readonly VagrantRecord[]): VagrantError | null {
  const found = records.findLast(({ type }) => type === 'error-exit');
  if (!found) return null;
  return { class: (found.data[0] ?? '').replace(/^.*::/, ''), message: found.data[1] ?? '' };
}

/** What a person reads of a record, without the machine's name before each line; null for the rest. */
export function messageOf({ type, data }: VagrantRecord): string | null {
  if (type !== 'ui' || data[1] === undefined) return null;
  return data[1]
    .split('\n')
    .map((line) => line.replace(/^(==> |\s{4})[^\s:]+: ?/, ''))
    .join('\n')
    .trim();
}

/** Where a run has got to. */
export interface Milestone {
  /** 0–1, or null when it cannot be told. */
  fraction: number | null;
  label: string;
}

const download = /^Progress: (\d{1,3})% \(Rate: ([^,]+), Estimated time remaining: ([^)]+)\)/;
const steps: [pattern: RegExp, fraction: number, label: string][] = [
  [/could not be found\. Attempting to find and install/, 0.02, 'Looking for the box'],
  [/^Downloading: /, 0.03, 'Downloading the box'],
  [/^Successfully added box/, 0.4, 'The box is here'],
  [/^Importing base box/, 0.45, 'Importing the box'],
  [/^Setting the name of the VM/, 0.55, 'Making the machine'],
  [/^Preparing network interfaces/, 0.6, 'Preparing its interfaces'],
  [/^Forwarding ports/, 0.65, 'Forwarding ports'],
  [/^Booting VM/, 0.7, 'Booting'],
  [/^Waiting for machine to boot/, 0.75, 'Waiting for ssh'],
  [/^Machine booted and ready/, 0.9, 'Configuring its interfaces'],
  [/^Attempting graceful shutdown/, 0.3, 'Shutting down'],
  [/^Forcing shutdown/, 0.3, 'Shutting down'],
  [/^Destroying VM/, 0.7, 'Removing the machine'],
];

/** A record as progress; null when it says nothing about it. */
export function milestoneOf(record: VagrantRecord): Milestone | null {
  const message = messageOf(record);
  if (message === null) return null;
  const [, percent, rate, left] = download.exec(message) ?? [];
  if (percent !== undefined) {
    const share = Math.min(100, Number(percent)) / 100;
    return {
      fraction: 0.03 + share * 0.37,
      label: `Downloading the box: ${percent} %, ${rate ?? ''}, ${left ?? ''} left`,
    };
  }
  const found = steps.find(([pattern]) => pattern.test(message));
  return found ? { fraction: found[1], label: found[2] } : null;
}

export interface SshConfig {
  host: string;
  port: number;
  user: string;
  keys: string[];
}

/** The first `Host` block of `vagrant ssh-config`; null when there is none. A path with spaces stands in quotes. */
export function parseSshConfig(text: string): SshConfig | null {
  const found: SshConfig = { host: '', port: 22, user: '', keys: [] };
  let hosts = 0;
  for (const line of text.split('\n')) {
    const [, key, raw = ''] = /^\s*(\w+)\s+(.*?)\s*$/.exec(line) ?? [];
    const value = raw.replace(/^"(.*)"$/, '$1');
    if (key === 'Host') hosts += 1;
    if (hosts !== 1) continue;
    if (key === 'HostName') found.host = value;
    if (key === 'User') found.user = value;
    if (key === 'Port' && /^\d{1,5}$/.test(value)) found.port = Number(value);
    if (key === 'IdentityFile') found.keys.push(value);
  }
  return found.host && found.user ? found : null;
}
