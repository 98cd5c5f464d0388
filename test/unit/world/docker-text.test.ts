import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRun } from '../../../main/world/commands/docker.ts';
import {
  ago,
  inspect,
  psTable,
  template,
  type ContainerFacts,
} from '../../../main/world/commands/docker-text.ts';
import { parseRule } from '../../../main/world/commands/vboxmanage.ts';

const facts: ContainerFacts = {
  id: 'ab'.repeat(32),
  name: 'nginx',
  image: 'nginx:latest',
  created: new Date(0),
  started: new Date(0),
  running: true,
  pid: 1,
  ports: [{ hostAddress: '0.0.0.0', hostPort: 80, containerPort: 80 }],
  address: '172.17.0.2',
  prefix: 16,
  gateway: '172.17.0.1',
  mac: '02:42:ac:11:00:02',
};

describe('docker inspect', () => {
  test('has the address in both places, as Docker 28 has', () => {
    const value = inspect(facts) as {
      NetworkSettings: { IPAddress: string; Networks: { bridge: { IPAddress: string } } };
    };
    expect(value.NetworkSettings.IPAddress).toBe('172.17.0.2');
    expect(value.NetworkSettings.Networks.bridge.IPAddress).toBe('172.17.0.2');
  });

  test.each([
    ['{{.NetworkSettings.IPAddress}}', '172.17.0.2'],
    ['{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', '172.17.0.2'],
    ['{{.Name}} {{.State.Status}}', '/nginx running'],
    ['{{json .State.Running}}', 'true'],
    ['{{.Nothing}}', '<no value>'],
    ['{{if .State}}x{{end}}', null],
  ])('%s', (format, answer) => {
    expect(template(format, inspect(facts))).toBe(answer);
  });
});

test('docker ps prints columns under their headings', () => {
  const [head = '', row = ''] = psTable([facts], new Date(125_000));
  expect(head).toMatch(
    /^CONTAINER ID {3}IMAGE {10}COMMAND {18}CREATED {9}STATUS {9}PORTS {16}NAMES$/,
  );
  expect(row.indexOf('nginx:latest')).toBe(head.indexOf('IMAGE'));
  expect(row).toContain('Up 2 minutes');
  expect(row).toContain('0.0.0.0:80->80/tcp');
});

test.each([
  [0, 'Less than a second'],
  [1000, '1 second'],
  [59_000, '59 seconds'],
  [60_000, 'About a minute'],
  [3_600_000, 'About an hour'],
])('after %i ms: %s', (ms, text) => {
  expect(ago(new Date(0), new Date(ms))).toBe(text);
});

describe('docker run', () => {
  test("the article's two lines", () => {
    expect(parseRun(['-d', '--rm', '--name=nginx', 'nginx:latest'])).toEqual({
      detached: true,
      remove: true,
      name: 'nginx',
      image: 'nginx:latest',
      ports: [],
    });
    expect(
      parseRun(['-d', '--rm', '--name', 'nginx', '-p', '80:80', 'nginx:latest'])?.ports,
    ).toEqual([{ hostAddress: '0.0.0.0', hostPort: 80, containerPort: 80 }]);
  });

  test.each([
    [['--privileged', 'nginx']],
    [['-p', '80', 'nginx']],
    [['-p', '0:80', 'nginx']],
    [['--name', 'a;b', 'nginx']],
    [['nginx', 'sh']],
    [[]],
  ])('refuses %j', (args) => {
    expect(parseRun(args)).toBeNull();
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 8 }), (args) => {
        parseRun(args);
      }),
    );
  });
});

test('a forwarding rule is read, and anything else refused without throwing', () => {
  expect(parseRule('web,tcp,127.0.0.1,8080,,80')).toEqual({
    name: 'web',
    protocol: 'tcp',
    hostAddress: '127.0.0.1',
    hostPort: 8080,
    guestAddress: '',
    guestPort: 80,
  });
  expect(parseRule('web,icmp,,1,,2')).toContain("only 'udp' and 'tcp' are allowed");
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(['string', 'object']).toContain(typeof parseRule(text));
    }),
  );
});
