/** Rules that somebody's reload takes away: seen by itself, said once, and applied again or taken back all the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type App } from './app.ts';
import * as firewalls from './firewall-texts.ts';
import { everything, makeComputer, type Computer } from './helper.ts';

const lab = ['forwarding', 'new', 'known', 'masquerade'];
let computer: Computer;
let tmp: string;
let app: App;
beforeEach(async () => {
  computer = await makeComputer();
  await computer.bash('mount -t tmpfs t /var/lib');
  tmp = mkdtempSync(path.join(tmpdir(), 'hoplab-losses-'));
  app = startApp(computer.enter, tmp);
});
afterEach(async () => {
  await app.rights.end();
  computer.close();
  rmSync(tmp, { recursive: true });
});

const state = (id: string) => app.engine.states().find((one) => one.id === id);
const lives = () => lab.map((id) => state(id)?.life);
const notes = () => lab.map((id) => state(id)?.note);

/** The app as a session runs it: it looks whenever it is told that the firewall has changed. */
function watch(): () => void {
  return (
    app.transport.privileged?.onFirewall?.(() => void app.engine.refresh()) ?? (() => undefined)
  );
}

async function applied(firewall: string): Promise<string> {
  await computer.bash(firewall);
  const before = await computer.bash(everything);
  await app.rights.request();
  await app.engine.applyAll(lab);
  watch();
  return before;
}

describe.each([
  ['firewalld with its older back end', firewalls.firewalldIptables, 'firewalld was reloaded'],
  // It empties iptables' chains where it holds "direct" rules (firewalld/firewalld#863).
  [
    'firewalld with nftables and direct rules',
    `iptables -F; iptables -t nat -F; nft destroy table inet firewalld; ${firewalls.firewalldNft}`,
    'firewalld was reloaded',
  ],
  ['ufw that manages everything', firewalls.ufwManagingAll, 'ufw was reloaded'],
])('%s', (_, load, said) => {
  it('is reloaded: every card says so by itself, and one notice', async () => {
    await applied(load);
    await computer.bash(load);
    await expect.poll(notes).toEqual(['was 0', ...lab.slice(1).map(() => `gone since ${said}`)]);
    expect(lives()).toEqual(['on', 'drifted', 'drifted', 'drifted']);
    const title = `Rules of the lab are gone: ${said} or stopped`;
    await expect.poll(() => app.news.at(-1)).toEqual({ title, rules: ['t', 't', 't'] });
    expect(new Set(app.news.map((one) => one.title))).toEqual(new Set([title]));
  });

  it('is reloaded: one click applies each again, and Undo is exact', async () => {
    await applied(load);
    await computer.bash(load);
    await expect.poll(() => lives().slice(1)).toEqual(['drifted', 'drifted', 'drifted']);
    const reloaded = await computer.bash('iptables-save');
    for (const id of lab.slice(1)) await app.engine.apply(id);
    expect(lives()).toEqual(['on', 'on', 'on', 'on']);
    await expect.poll(() => app.news.at(-1)?.rules).toEqual([]);
    await app.engine.undoAll();
    expect(lives()).toEqual(['off', 'off', 'off', 'off']);
    expect(withoutDates(await computer.bash('iptables-save'))).toBe(withoutDates(reloaded));
  });

  it('is reloaded: Undo of what is gone takes back nothing, and the rest', async () => {
    await applied(load);
    await computer.bash(load);
    await expect.poll(() => lives().slice(1)).toEqual(['drifted', 'drifted', 'drifted']);
    const reloaded = await computer.bash('iptables-save');
    await app.engine.undoAll();
    expect(lives()).toEqual(['off', 'off', 'off', 'off']);
    expect(withoutDates(await computer.bash('iptables-save'))).toBe(withoutDates(reloaded));
    expect(await computer.bash('cat /proc/sys/net/ipv4/ip_forward')).toBe('0\n');
    expect(app.news.at(-1)?.rules).toEqual([]);
  });
});

const withoutDates = (text: string) => text.replace(/^#.*$/gm, '');

it('ufw that manages its own chains, and firewalld’s nftables, take nothing: nothing is said', async () => {
  await applied(`${firewalls.ufw} ${firewalls.firewalldNft}`);
  await computer.bash(firewalls.ufwManagingItsOwn);
  await computer.bash(`nft delete table inet firewalld; ${firewalls.firewalldNft}`);
  await app.engine.refresh();
  expect(lives()).toEqual(['on', 'on', 'on', 'on']);
  expect(app.news).toEqual([]);
});

it('ufw is disabled: said so, and when it is enabled again at once, that it was reloaded', async () => {
  await applied(firewalls.ufwManagingAll);
  await computer.bash('iptables -F; iptables -X; iptables -t nat -F');
  await expect.poll(() => state('new')?.note).toBe('gone since ufw was stopped');
  await computer.bash(firewalls.ufwManagingAll);
  await expect.poll(() => state('new')?.note).toBe('gone since ufw was reloaded');
  const told = app.news.filter(({ rules }) => rules.length > 0).at(-1)?.title;
  expect(told).toBe('Rules of the lab are gone: ufw was reloaded or stopped');
});

it('the nftables service is reloaded, which empties everything first', async () => {
  await applied(firewalls.docker);
  await computer.bash(`nft flush ruleset; ${firewalls.handWritten}`);
  await expect
    .poll(() => state('masquerade')?.note)
    .toBe('gone since all tables of iptables were emptied or loaded anew');
  expect(app.news.at(-1)?.rules).toHaveLength(3);
});

describe('no reload is claimed, and no notice is given,', () => {
  it('when the learner deletes one of the lab’s rules', async () => {
    await applied(firewalls.firewalldIptables);
    await computer.bash('iptables -t nat -D POSTROUTING 2');
    await expect.poll(() => state('masquerade')?.note).toBe('taken away outside Hoplab');
    expect(lives()).toEqual(['on', 'on', 'on', 'drifted']);
    expect(app.news).toEqual([]);
    await app.engine.apply('masquerade');
    expect(state('masquerade')).toMatchObject({ life: 'on' });
  });

  it('when they empty a chain', async () => {
    await applied(firewalls.ufw);
    await computer.bash('iptables -F FORWARD');
    await expect.poll(() => state('new')?.note).toBe('taken away outside Hoplab');
    expect(app.news).toEqual([]);
  });

  it('when they delete one, and firewalld is reloaded while another of ours stays', async () => {
    await applied(firewalls.firewalldNft);
    await computer.bash(
      `iptables -D FORWARD 1; nft delete table inet firewalld; ${firewalls.firewalldNft}`,
    );
    await expect.poll(() => state('new')?.note).toBe('taken away outside Hoplab');
    expect(state('known')?.life).toBe('on');
    expect(app.news).toEqual([]);
  });

  it('when it is the lab’s own card that empties the chain', async () => {
    await applied(firewalls.docker);
    await app.engine.apply('flush');
    expect(state('masquerade')).toMatchObject({ life: 'drifted' });
    expect(state('masquerade')?.note).not.toContain('outside');
    expect(app.news).toEqual([]);
  });
});

it('the end of the app takes nothing back twice', async () => {
  const before = await applied(firewalls.firewalldIptables);
  await computer.bash(firewalls.firewalldIptables);
  await expect.poll(() => state('new')?.life).toBe('drifted');
  await app.engine.apply('new');
  await app.rights.end();
  expect(await computer.bash(everything)).toBe(before);
});
