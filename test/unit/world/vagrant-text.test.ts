/** Vagrant's answers against a recording of a real one. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  machineReadableStatus,
  sshConfig,
  status,
} from '../../../main/world/commands/vagrant-text.ts';

const recording = readFileSync(
  new URL('../../fixtures/outputs/vagrant-machine-readable.txt', import.meta.url),
  'utf8',
).split('\n');

/** Lines of the n-th run of a command in the recording. */
function run(command: string, n = 0): string[] {
  const starts = recording.flatMap((line, index) => (line === `$ ${command}` ? [index] : []));
  const from = (starts[n] ?? -1) + 1;
  return recording.slice(
    from,
    recording.findIndex((line, index) => index >= from && line.startsWith('rc=')),
  );
}

/** The clock of the recording runs on; types and data are what counts. */
const withoutTime = (lines: string[]): string[] => lines.map((line) => line.replace(/^\d+,/, ''));

test.each([
  [
    0,
    [
      { name: 'box1', state: 'not_created' as const },
      { name: 'box2', state: 'not_created' as const },
    ],
  ],
  [
    1,
    [
      { name: 'box1', state: 'running' as const },
      { name: 'box2', state: 'not_created' as const },
    ],
  ],
])('status --machine-readable, run %i', (n, states) => {
  expect(withoutTime(machineReadableStatus(states, 1))).toEqual(
    withoutTime(run('vagrant status --machine-readable', n)),
  );
});

test('ssh-config has the recorded keys in the recorded order', () => {
  const key = (line: string): string => line.trim().split(' ')[0] ?? '';
  const lines = run('vagrant ssh-config --machine-readable box1');
  const plain = lines.slice(lines.findIndex((line) => line.startsWith('Host '))).filter(Boolean);
  const ours = sshConfig('box1', 'vagrant', 2222, '/k').trim().split('\n');
  expect([...new Set(ours.map(key))]).toEqual([...new Set(plain.map(key))]);
});

test('status for people names the one machine’s state at length', () => {
  expect(status([{ name: 'boxA', state: 'running' }])).toEqual([
    'Current machine states:',
    '',
    'boxA                      running (virtualbox)',
    '',
    'The VM is running. To stop this VM, you can run `vagrant halt` to',
    'shut it down forcefully, or you can run `vagrant suspend` to simply',
    'suspend the virtual machine. In either case, to restart it again,',
    'simply run `vagrant up`.',
  ]);
});
