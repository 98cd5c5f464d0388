import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  wokenByBridge,
  wokenByConntrack,
  wokenByIp,
  wokenByNft,
} from '../../../main/observe/wakeups.ts';

const lines = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../fixtures/outputs', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

describe('a line of a monitor wakes', () => {
  it('what it is about, for every line that was recorded', () => {
    for (const line of lines('ip-monitor.txt')) expect(wokenByIp(line), line).not.toEqual([]);
    for (const line of lines('nft-monitor.txt'))
      expect(wokenByNft(line), line).toEqual(['firewall']);
    for (const line of lines('conntrack-events.txt')) {
      expect(wokenByConntrack(line), line).toEqual(['connections']);
    }
  });

  it('routes as well when an interface goes up or down', () => {
    const link = lines('ip-monitor.txt').find((line) => line.startsWith('[LINK]')) ?? '';
    expect(wokenByIp(link)).toContain('routes');
    expect(wokenByIp(`[2026-11-24T06:55:34.108585] ${link}`)).toContain('routes');
  });

  it('neighbours when a bridge learns', () => {
    expect(wokenByBridge('02:42:ac:11:00:02 dev veth1 master docker0')).toEqual(['neighbours']);
    expect(wokenByBridge('Deleted 02:42:ac:11:00:02 dev veth1 master docker0 stale')).toEqual([
      'neighbours',
    ]);
  });

  it('nothing when it is not known', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        for (const woken of [wokenByIp, wokenByNft, wokenByConntrack, wokenByBridge]) woken(line);
      }),
    );
    expect(wokenByIp('[constructor]')).toEqual([]);
    expect(wokenByIp('[NSID]x')).toEqual([]);
  });
});
