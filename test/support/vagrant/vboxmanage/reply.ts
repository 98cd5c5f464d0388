/** What a command prints and how it ends; what VirtualBox says when something is wrong. */
import { writeSync } from 'node:fs';

export class Reply {
  code = 0;
  private out = '';
  private err = '';

  constructor(
    /** The service keeps the language of who started it, whatever the caller's locale is. */
    readonly german: boolean,
    /** What VBoxManage itself says follows the locale. */
    readonly germanProse: boolean,
  ) {}

  line(text: string): void {
    this.out += `${text}\n`;
  }
  lines(lines: readonly string[]): void {
    for (const text of lines) this.line(text);
  }
  /** Progress goes to standard error. */
  progress(end = '10%...20%...30%...40%...50%...60%...70%...80%...90%...100%'): void {
    this.err += `0%...${end}\n`;
  }
  warn(text: string): void {
    this.err += `VBoxManage: warning: ${text}\n`;
  }
  say(english: string, german: string): string {
    return this.germanProse ? german : english;
  }
  fail(problem: Problem): number {
    for (const text of problem.prose(this.german)) this.err += `VBoxManage: error: ${text}\n`;
    this.code = problem.code;
    return this.code;
  }
  plain(text: string): void {
    this.err += `${text}\n`;
  }
  /** Standard output gets nothing when it is to be empty. */
  flush({ silent = false } = {}): void {
    if (!silent) writeAll(1, this.out);
    if (!silent) writeAll(2, this.err);
  }
}

/** A pipe takes only so much at once. */
function writeAll(descriptor: number, text: string): void {
  const data = Buffer.from(text);
  let done = 0;
  while (done < data.length) {
    try {
      done += writeSync(descriptor, data, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}

/** Thrown by a command that cannot do what it was asked. */
export class Problem extends Error {
  constructor(
    private readonly english: string,
    private readonly german: string | null,
    private readonly details: readonly string[] = [],
    readonly code = 1,
  ) {
    super(english);
  }
  prose(german: boolean): string[] {
    return [(german && this.german) || this.english, ...this.details];
  }
}

const detail = (code: string, component: string, face: string, callee = true): string =>
  `Details: code ${code}, component ${component}, interface ${face}${callee ? ', callee nsISupports' : ''}`;
const context = (expression: string, line: number, file: string): string =>
  `Context: "${expression}" at line ${String(line)} of file ${file}.cpp`;

const notFoundCode = 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)';
const failure = 'NS_ERROR_FAILURE (0x80004005)';
const badArgument = 'NS_ERROR_INVALID_ARG (0x80070057)';

export const problems = {
  machineNotFound: (name: string): Problem =>
    new Problem(
      `Could not find a registered machine named '${name}'`,
      `Es konnte keine registrierte Maschine mit dem Namen '${name}' gefunden werden`,
      [
        detail(notFoundCode, 'VirtualBoxWrap', 'IVirtualBox'),
        context(
          'FindMachine(Bstr(VMNameOrUuid).raw(), machine.asOutParam())',
          3248,
          'VBoxManageInfo',
        ),
      ],
    ),
  locked: (name: string): Problem =>
    new Problem(
      `The machine '${name}' is already locked for a session (or being unlocked)`,
      `Die Maschine '${name}' ist bereits von einer Sitzung gesperrt (oder wird gerade entsperrt)`,
      [
        detail('VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)', 'MachineWrap', 'IMachine'),
        context('LockMachine(a->session, LockType_Write)', 640, 'VBoxManageModifyVM'),
      ],
    ),
  notRunning: (name: string): Problem =>
    new Problem(
      `Machine '${name}' is not currently running.`,
      `Die Maschine '${name}' läuft derzeit nicht.`,
    ),
  rangeRefused: (): Problem =>
    new Problem(
      'Code E_ACCESSDENIED (0x80070005) - Access denied (extended info not available)',
      null,
      [
        context(
          'EnableStaticIPConfig(Bstr(pszIp).raw(), Bstr(pszNetmask).raw())',
          242,
          'VBoxManageHostonly',
        ),
      ],
    ),
  noNetDriver: (): Problem =>
    new Problem(
      'Failed to create the host-only adapter',
      'Der Host-only Adapter konnte nicht erzeugt werden',
      [
        'VBoxNetAdpCtl: Error while adding new interface: failed to open /dev/vboxnetctl: No such file or directory',
        detail(failure, 'HostNetworkInterfaceWrap', 'IHostNetworkInterface', false),
        context('RTEXITCODE handleCreate(HandlerArg*)', 105, 'VBoxManageHostonly'),
      ],
    ),
  interfaceNotFound: (name: string): Problem =>
    new Problem(
      `The host network interface named '${name}' could not be found`,
      `Die Netzwerkschnittstelle '${name}' des Hosts wurde nicht gefunden`,
      [
        detail(badArgument, 'HostWrap', 'IHost'),
        context(
          'FindHostNetworkInterfaceByName(Bstr(pszName).raw(), hif.asOutParam())',
          242,
          'VBoxManageHostonly',
        ),
      ],
    ),
  ruleExists: (): Problem =>
    new Problem(
      'A NAT rule of this name already exists',
      'Eine NAT-Regel dieses Namens gibt es schon',
      [
        detail(badArgument, 'NATEngineWrap', 'INATEngine'),
        context(
          'AddRedirect(Bstr(strName).raw(), proto, Bstr(strHostIp).raw(), RTStrToUInt16(strHostPort), Bstr(strGuestIp).raw(), RTStrToUInt16(strGuestPort))',
          2251,
          'VBoxManageModifyVM',
        ),
      ],
    ),
  noSuchRule: (): Problem =>
    new Problem(
      `Code ${badArgument} - Invalid argument value (extended info not available)`,
      null,
      [context('RemoveRedirect(Bstr(ValueUnion.psz).raw())', 2264, 'VBoxManageModifyVM')],
    ),
  snapshotNotFound: (name: string): Problem =>
    new Problem(
      `Could not find a snapshot named '${name}'`,
      `Es gibt keinen Sicherungspunkt mit dem Namen '${name}'`,
      [
        detail(notFoundCode, 'SessionMachine', 'IMachine'),
        context(
          'FindSnapshot(Bstr(a->argv[2]).raw(), pSnapshot.asOutParam())',
          537,
          'VBoxManageSnapshot',
        ),
      ],
    ),
  diedAtStart: (name: string): Problem =>
    new Problem(
      `The virtual machine '${name}' has terminated unexpectedly during startup with exit code 1 (0x1)`,
      `Die virtuelle Maschine '${name}' wurde beim Start unerwartet mit dem Exit-Code 1 (0x1) beendet`,
      [detail(failure, 'MachineWrap', 'IMachine', false)],
    ),
  cannotRun: (sentence: string): Problem =>
    new Problem(sentence, null, [detail(failure, 'ConsoleWrap', 'IConsole', false)]),
  argument: (text: string): Problem => new Problem(text, null, [], 2),
};
