/** What a learner is asked before a lab opens on their computer, for computers of all sorts. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Lab } from '../../../../main/contract/lab.ts';
import { loadLab } from '../../../../main/labs/load-lab.ts';
import { folderLab } from '../../../../main/backends/vagrant/folder-lab.ts';
import {
  lanOfAnswers,
  questionsOf,
  rangesOfAnswers,
} from '../../../../main/backends/vagrant/questions.ts';
import {
  canBeAllowed,
  freeRange,
  isRestricted,
  refusedRanges,
} from '../../../../main/backends/vagrant/ranges.ts';
import { remarksOf } from '../../../../main/backends/vagrant/remarks.ts';
import { takenOf, type Uplink } from '../../../../main/backends/vagrant/uplinks.ts';

async function lab2(): Promise<Lab> {
  const found = await loadLab(join(import.meta.dirname, '../../../../labs/02-host-only'));
  if (!('lab' in found)) throw new Error('the lab has mistakes');
  return found.lab;
}
const uplink = (device: string, kind: Uplink['kind'], gateway: string | null): Uplink => ({
  ...{ device, kind, gateway },
  address: '10.0.0.7',
  subnet: '10.0.0.0/24',
});
const wire = uplink('eno1', 'ethernet', '192.168.178.1');
const wifi = uplink('wlp3s0', 'wifi', '10.0.0.1');
const vpn = uplink('wg0', 'vpn', null);
const nothing = { uplinks: [], refused: [], conf: null, how: 'dialog', canAllow: true } as const;

describe('which network is the LAN', () => {
  test('with one way out nobody is asked', async () => {
    expect(questionsOf(await lab2(), { ...nothing, uplinks: [wire] })).toEqual([]);
    expect(lanOfAnswers([wire], {})).toEqual(wire);
    expect(lanOfAnswers([], {})).toBeNull();
  });

  test('with several each is shown, and the one the kernel takes is marked', async () => {
    const [question] = questionsOf(await lab2(), { ...nothing, uplinks: [wifi, wire] });
    expect(question).toMatchObject({ id: 'lan', chosen: 'wlp3s0 10.0.0.1' });
    expect(question?.choices[0]).toMatchObject({
      label: 'wlp3s0',
      tag: 'Wi-Fi',
      facts: [
        { name: 'Address', value: '10.0.0.7' },
        { name: 'Router', value: '10.0.0.1' },
      ],
      obstacle: null,
    });
    expect(lanOfAnswers([wifi, wire], { lan: 'eno1 192.168.178.1' })).toEqual(wire);
  });

  test('a VPN without a router is named and explained, not taken', async () => {
    const [question] = questionsOf(await lab2(), { ...nothing, uplinks: [vpn, wifi] });
    expect(question?.choices[0]).toMatchObject({ label: 'wg0', tag: 'VPN' });
    expect(question?.choices[0]?.obstacle).toMatch(/one far end/);
    expect(question?.chosen).toBe('wlp3s0 10.0.0.1');
    expect(question?.about).toMatch(/While wg0 takes what is for the internet/);
    expect(lanOfAnswers([vpn, wifi], {})).toEqual(wifi);
    expect(lanOfAnswers([vpn, wifi], { lan: 'wg0' })).toEqual(wifi);
  });

  test('where there is only a VPN without a router nobody is asked, and it is said', async () => {
    const lab = await lab2();
    expect(questionsOf(lab, { ...nothing, uplinks: [vpn] })).toEqual([]);
    const [remark] = remarksOf(lab, { moved: {}, uplinks: [vpn], uplink: null }, null);
    expect(remark?.text).toContain('wg0, leads to one far end');
  });

  test('a lab without a LAN does not ask for one', () => {
    expect(questionsOf(folderLab('/x', ['a']), { ...nothing, uplinks: [wifi, wire] })).toEqual([]);
  });
});

describe('a range that VirtualBox refuses', () => {
  test('both ways out are offered, with the lines that would be written', async () => {
    const lab = await lab2();
    const refused = refusedRanges(lab, null, freeRange([]));
    expect(refused).toEqual([
      { network: 'host-only', subnet: '192.168.50.0/24', instead: '192.168.56.0/24' },
    ]);
    const [question] = questionsOf(lab, { ...nothing, refused });
    expect(question).toMatchObject({ id: 'range', chosen: 'moved' });
    expect(question?.choices[1]?.lines).toEqual([
      '* 192.168.56.0/21',
      '# Added by Hoplab for a lab; taken away at its end.',
      '* 192.168.50.0/24',
    ]);
    expect(question?.choices[1]?.about).toContain('/etc/vbox/networks.conf');
    expect(rangesOfAnswers(refused, {})).toEqual({
      moved: { 'host-only': '192.168.56.0/24' },
      allow: [],
    });
    expect(rangesOfAnswers(refused, { range: 'article' })).toEqual({
      moved: {},
      allow: ['192.168.50.0/24'],
    });
  });

  test('an allowed one is not asked about', async () => {
    expect(refusedRanges(await lab2(), '* 192.168.0.0/16\n', freeRange([]))).toEqual([]);
  });

  test('a line of ours does not count: it goes away with its lab', async () => {
    const conf =
      '* 192.168.56.0/21\n# Added by Hoplab for a lab; taken away at its end.\n* 192.168.50.0/24\n';
    expect(refusedRanges(await lab2(), conf, freeRange([]))).toHaveLength(1);
  });

  test('where no allowed range is free, only the permission helps; without anybody to ask it is refused', async () => {
    const lab = await lab2();
    const refused = refusedRanges(lab, '* 10.20.0.0/16\n', freeRange([]));
    const [question] = questionsOf(lab, { ...nothing, conf: '* 10.20.0.0/16\n', refused });
    expect(question?.chosen).toBe('article');
    expect(question?.choices[0]?.obstacle).toMatch(/No range/);
    expect(() => rangesOfAnswers(refused, {})).toThrow(/does not allow/);
  });

  test('ranges that a VPN or Docker has are not taken; VirtualBox’s own are shared', () => {
    const taken = takenOf([
      { dst: 'default', dev: 'eno1', gateway: '192.168.178.1' },
      { dst: '192.168.56.0/24', dev: 'tun0' },
      { dst: '192.168.57.3', dev: 'wg0' },
      { dst: '192.168.58.0/24', dev: 'vboxnet0' },
    ]);
    expect(freeRange(taken)[0]).toBe('192.168.58.0/24');
  });

  test.each([
    ['linux', '6.1.26', false],
    ['linux', '6.1.28', true],
    ['linux', '7.2.0', true],
    ['darwin', '6.1.50', true],
    ['darwin', '7.0.20', false],
    ['win32', '7.0.20', false],
  ] as const)('%s, VirtualBox %s', (platform, version, restricted) => {
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    expect(isRestricted(platform, { text: '', warning: '', major, minor, patch })).toBe(restricted);
  });

  test('only what the helper would write is offered', () => {
    expect(canBeAllowed('192.168.50.0/24')).toBe(true);
    expect(canBeAllowed('10.0.0.0/8')).toBe(false);
    expect(canBeAllowed('203.0.113.0/24')).toBe(false);
  });
});
