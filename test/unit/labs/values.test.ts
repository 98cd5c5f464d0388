import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { fill, fillCheck, fillOperation, fillStep, valuesOf } from '../../../main/labs/values.ts';

const loaded = await loadLab(path.join(import.meta.dirname, '../../../labs/02-host-only'));
if (!('lab' in loaded)) throw new Error('the lab has mistakes');
const { lab } = loaded;
const values = valuesOf(lab);

describe('valuesOf', () => {
  it('knows what the topology says', () => {
    expect(values).toMatchObject({
      'boxA.nat.ifname': 'enp0s3',
      'boxA.nat.address': '10.0.2.15',
      'boxA.host-only.address': '192.168.50.4',
      'boxA.host-only.mac': '08:00:27:3e:a1:17',
      'host-only.subnet': '192.168.50.0/24',
      'host-only.device': 'vboxnet0',
      'host-only.host': '192.168.50.1',
      'docker.host': '172.17.0.1',
      'lan.device': 'eno1',
      'lan.host': '192.168.178.20',
      'lan.gateway': '192.168.178.1',
      'nat.gateway': '10.0.2.2',
      'nat.dns': '10.0.2.3',
    });
  });

  it('believes the running lab more than its file', () => {
    const live = valuesOf(lab, [
      { node: 'boxA', network: 'host-only', ifname: 'eth1' },
      { node: 'host', network: 'lan', ifname: 'wlan0', address: '192.168.1.7' },
    ]);
    expect(live).toMatchObject({
      'boxA.host-only.ifname': 'eth1',
      'lan.device': 'wlan0',
      'lan.host': '192.168.1.7',
    });
  });
});

describe('filling', () => {
  it('leaves a name that nobody knows, so that it can be seen', () => {
    expect(fill('{{ lan.device }} and {{x.y}}', values)).toBe('eno1 and {{x.y}}');
    expect(fill('{{constructor}}', values)).toBe('{{constructor}}');
  });

  it('parses an operation again, with what was filled in', () => {
    const rule = lab.rules['boxa-default-route'];
    const operation = rule?.operations[0];
    if (!operation) throw new Error('no operation');
    expect(fillOperation(operation, values)).toMatchObject({ via: '192.168.50.1', dev: 'enp0s8' });
    const hostile = { ...values, 'boxA.host-only.ifname': 'x; reboot' };
    expect(() => fillOperation(operation, hostile)).toThrow();
    expect(() => fillOperation(operation, {})).toThrow(/nobody knows/);
  });

  it('fills every text of every step', () => {
    for (const step of lab.steps) {
      expect(JSON.stringify(fillStep(step, values))).not.toContain('{{');
      for (const check of step.checks) fillCheck(check, values);
    }
  });
});
