/** showvminfo of the sandbox against what a real VBoxManage 7.2 printed. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { human, machineReadable, type VmInfo } from '../../../main/world/commands/vminfo.ts';

/** The standard output of a recording. */
function recorded(name: string): string[] {
  const lines = readFileSync(
    new URL(`../../fixtures/outputs/virtualbox/${name}.txt`, import.meta.url),
    'utf8',
  ).split('\n');
  return lines.slice(lines.indexOf('# --- stdout') + 1, lines.indexOf('# --- stderr'));
}

/** The recorded machine: NAT with a forward, host-only, internal. */
const machine: VmInfo = {
  name: 'lab2_boxA_1732400000000_12345',
  uuid: '85d9faf9-6821-46a5-874d-d368cfdf83a5',
  running: false,
  since: new Date('2026-11-24T07:10:50.647Z'),
  nics: [
    { mac: '080027DFA2E2', mode: 'nat', device: '', connected: true },
    { mac: '080027ABCDEF', mode: 'host-only', device: 'vboxnet0', connected: true },
    { mac: '0800272C8BDB', mode: 'internal', device: 'myNetwork', connected: true },
  ],
  forwards: [
    {
      name: 'ssh',
      protocol: 'tcp',
      hostAddress: '127.0.0.1',
      hostPort: 2222,
      guestAddress: '',
      guestPort: 22,
    },
  ],
};

test('--machinereadable: every line, in order', () => {
  expect(machineReadable(machine)).toEqual(recorded('showvminfo-machinereadable'));
});

test('for people: every line, in order', () => {
  // The recorded third card allows promiscuous mode, which the sandbox's never do.
  const lines = recorded('showvminfo-human').map((line) => line.replace('allow-all', 'deny'));
  expect(human(machine)).toEqual(lines);
});

test('a pulled cable and a running machine show', () => {
  const lines = machineReadable({
    ...machine,
    running: true,
    nics: machine.nics.map((nic, index) => ({ ...nic, connected: index > 0 })),
  });
  expect(lines).toContain('VMState="running"');
  expect(lines).toContain('cableconnected1="off"');
  expect(lines).toContain('cableconnected2="on"');
  expect(lines).toContain('SessionName="headless"');
});
