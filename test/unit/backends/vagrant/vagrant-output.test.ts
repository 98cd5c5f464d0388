import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  errorOf,
  messageOf,
  milestoneOf,
  parseRecord,
  parseRecords,
  parseSshConfig,
  statesOf,
} from '../../../../main/backends/vagrant/vagrant-output.ts';
import { vagrantText } from './recordings.ts';

const runs = vagrantText().split(/^\$ /m).slice(1);
const run = (line: string) => runs.find((text) => text.startsWith(line)) ?? '';

it('states of every machine', () => {
  expect([...statesOf(parseRecords(run('vagrant status')))]).toEqual([
    ['box1', 'not_created'],
    ['box2', 'not_created'],
  ]);
});

it('the error a run ended with, with its lines', () => {
  const error = errorOf(parseRecords(run('vagrant up --machine-readable box1')));
  expect(error?.class).toBe('VMBootTimeout');
  expect(error?.message).toMatch(
    /^Timed out while waiting for the machine to boot\. This means that\nVagrant/,
  );
  expect(errorOf(parseRecords(run('vagrant status')))).toBeNull();
});

it('what a person reads, without the name before each line', () => {
  const messages = parseRecords(run('vagrant up --machine-readable box1')).map(messageOf);
  expect(messages).toContain("Importing base box 'netlab/test'...");
  expect(messages).toContain('22 (guest) => 2222 (host) (adapter 1)');
});

it('how far a run is, never backwards', () => {
  const found = parseRecords(run('vagrant up --machine-readable box1')).flatMap((record) => {
    const milestone = milestoneOf(record);
    return milestone ? [milestone] : [];
  });
  expect(found.map(({ label }) => label)).toEqual(
    expect.arrayContaining(['Importing the box', 'Booting', 'Waiting for ssh']),
  );
  const fractions = found.map(({ fraction }) => fraction ?? 0);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  const line =
    '1795504200,,ui,detail,Progress: 12% (Rate: 10.1M/s%!(VAGRANT_COMMA) Estimated time remaining: 0:01:02)';
  const record = parseRecord(line);
  expect(record && milestoneOf(record)?.label).toBe(
    'Downloading the box: 12 %, 10.1M/s, 0:01:02 left',
  );
});

it('the way to ssh, of both forms Vagrant prints', () => {
  const text = run('vagrant ssh-config');
  const record = parseRecords(text).find(({ type }) => type === 'ssh-config');
  const config = parseSshConfig(record?.data[0] ?? '');
  expect(config).toMatchObject({ host: '127.0.0.1', port: 2222, user: 'vagrant' });
  expect(config?.keys.length).toBeGreaterThan(0);
  expect(
    parseSshConfig(
      'Host a\n  HostName 1.2.3.4\n  User u\n  IdentityFile "/with a space/key"\nHost b\n  HostName 9.9.9.9\n',
    ),
  ).toEqual({
    host: '1.2.3.4',
    port: 22,
    user: 'u',
    keys: ['/with a space/key'],
  });
  expect(parseSshConfig('')).toBeNull();
});

it('nothing that is printed makes it throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...runs),
      fc.nat(),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (text, at, put) => {
        const place = at % (text.length + 1);
        const mutated = text.slice(0, place) + put + text.slice(place + (at % 5));
        const records = parseRecords(mutated);
        for (const record of records) {
          messageOf(record);
          milestoneOf(record);
        }
        statesOf(records);
        errorOf(records);
        parseSshConfig(mutated);
      },
    ),
    { numRuns: 1500 },
  );
});
