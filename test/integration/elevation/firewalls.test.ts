/** The rules of lab 2 beside the firewalls people have: put where they work, with real packets, and explained where they cannot. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rules, startApp, type App } from './app.ts';
import * as firewalls from './firewall-texts.ts';
import { makeComputer, type Computer } from './helper.ts';

const lab = ['forwarding', 'new', 'known', 'masquerade'];
let computer: Computer;
let tmp: string;
let app: App;
beforeEach(async () => {
  computer = await makeComputer();
  await computer.bash(`${firewalls.neighbours}; mount -t tmpfs t /var/lib`);
  tmp = mkdtempSync(path.join(tmpdir(), 'hoplab-firewalls-'));
  app = startApp(computer.enter, tmp, rules);
});
afterEach(async () => {
  await app.rights.end();
  computer.close();
  rmSync(tmp, { recursive: true });
});

const reaches = async () => (await computer.bash(firewalls.reaches)).trim();
const state = (id: string) => app.engine.states().find((one) => one.id === id);
/** Everything that filters or forwards, without counters: packets move those by themselves. */
const standing = `
  iptables-save | sed '/^#/d; s/\\[.*\\]//'; iptables-legacy-save | sed '/^#/d; s/\\[.*\\]//'
  nft -s list ruleset 2>/dev/null; cat /proc/sys/net/ipv4/ip_forward`;

/** Loads a firewall, applies the lab's rules, asks whether boxA gets through, and takes all back. */
async function beside(firewall: string, look: () => Promise<void> | void): Promise<void> {
  await computer.bash(firewall);
  const before = await computer.bash(standing);
  await app.rights.request();
  await app.engine.applyAll(lab);
  await look();
  await app.engine.undoAll();
  expect(await computer.bash(standing)).toBe(before);
}

describe('works, and says where it stands,', () => {
  it('behind Docker’s chains, which decide about Docker’s networks alone', () =>
    beside(firewalls.docker, async () => {
      expect(await reaches()).toBe('yes');
      expect(state('new')).toMatchObject({ life: 'on', note: null, around: { blocks: false } });
      expect(state('new')?.around?.text).toMatch(
        /policy of FORWARD is DROP here \(Docker sets that .*it works there/,
      );
      expect(await computer.bash('iptables -S FORWARD | tail -2')).toMatch(/hoplab.*\n.*hoplab/);
    }));

  it.each([
    ['-i vboxnet0 -j DROP', ['new', 'known']],
    ['! -s 192.0.2.2/32 -i eth0 -j DROP', ['known']],
    ['-d 192.168.50.0/24 -j REJECT --reject-with icmp-port-unreachable', ['known']],
  ])('before DOCKER-USER, where that holds “%s”', (rule, first) =>
    beside(`${firewalls.docker} iptables -A DOCKER-USER ${rule}`, async () => {
      expect(await reaches()).toBe('yes');
      const note = `put first: behind “${rule}” in DOCKER-USER it would never be asked`;
      for (const id of ['new', 'known'])
        expect(state(id)?.note).toBe(first.includes(id) ? note : null);
    }),
  );

  it('where DOCKER-USER holds rules for others', () =>
    beside(
      `${firewalls.docker} iptables -A DOCKER-USER -s 10.9.9.9 -j DROP; iptables -A DOCKER-USER -i tun0 -j DROP; iptables -A DOCKER-USER -p tcp --tcp-flags SYN,ACK SYN -m limit --limit 1/s -j DROP`,
      async () => {
        expect(await reaches()).toBe('yes');
        expect(state('new')?.note).toBeNull();
        expect(state('known')?.note).toBeNull();
      },
    ));

  it('before the rule of firewalld’s older back end that rejects what is left', () =>
    beside(firewalls.firewalldIptables, async () => {
      expect(await reaches()).toBe('yes');
      expect(state('new')?.note).toMatch(/^put first: behind “-j REJECT .*” in FORWARD_POLICIES/);
    }));

  it('behind ufw’s chains', () =>
    beside(firewalls.ufw, async () => {
      expect(await reaches()).toBe('yes');
      expect(state('new')?.note).toBeNull();
      expect(state('new')?.around?.text).toContain('DROP here (ufw sets that)');
    }));

  it('beside Docker’s nftables back end', () =>
    beside(firewalls.dockerNft('accept'), async () => {
      expect(await reaches()).toBe('yes');
      expect(state('new')?.around).toMatchObject({ blocks: false });
      expect(state('new')?.around?.text).toMatch(/nftables here .* no chain DOCKER-USER/);
    }));
});

describe('cannot work, and says why and the way out:', () => {
  it('Docker’s nftables back end, which has turned forwarding on itself', () =>
    beside(firewalls.dockerNft('drop'), async () => {
      expect(await reaches()).toBe('no');
      for (const id of ['new', 'known'])
        expect(state(id)).toMatchObject({ life: 'on', around: { blocks: true } });
      expect(state('new')?.around?.text).toMatch(/policy .* is DROP.*before Docker starts/);
      // As Docker does it when it starts with forwarding on.
      await computer.bash(`nft delete table ip docker-bridges; ${firewalls.dockerNft('accept')}`);
      expect(await reaches()).toBe('yes');
      await app.engine.refresh();
      expect(state('new')?.around).toMatchObject({ blocks: false });
      await computer.bash(`nft delete table ip docker-bridges; ${firewalls.dockerNft('drop')}`);
    }));

  it('firewalld’s own table', () =>
    beside(firewalls.firewalldNft, async () => {
      expect(await reaches()).toBe('no');
      expect(state('new')?.around).toMatchObject({ blocks: true });
      expect(state('new')?.around?.text).toContain(
        'sudo firewall-cmd --zone=trusted --add-interface=vboxnet0',
      );
      // It lets by what belongs to a known connection.
      expect(state('known')?.around).toBeNull();
    }));

  it('a firewall of the learner’s own; the command it names helps', () =>
    beside(firewalls.handWritten, async () => {
      expect(await reaches()).toBe('no');
      const command =
        /sudo (nft insert .*)$/.exec(state('new')?.around?.text ?? '')?.[1] ?? 'false';
      await computer.bash(command);
      expect(await reaches()).toBe('yes');
      await app.engine.refresh();
      expect(state('new')?.around).toBeNull();
      await computer.bash(`nft delete table inet mine; ${firewalls.handWritten}`);
    }));

  it('the older iptables, beside the newer', () =>
    beside('iptables-legacy -P FORWARD DROP', async () => {
      expect(await reaches()).toBe('no');
      expect(state('new')?.around).toMatchObject({ blocks: true });
      expect(state('new')?.around?.text).toContain('iptables-legacy');
    }));

  it('a rule of somebody’s that came before it afterwards; applied again it works', () =>
    beside('true', async () => {
      await computer.bash('iptables -I FORWARD -i vboxnet0 -j DROP');
      expect(await reaches()).toBe('no');
      await app.engine.refresh();
      expect(state('new')).toMatchObject({ life: 'on', around: { blocks: true } });
      await app.engine.undo('new');
      await app.engine.apply('new');
      expect(await reaches()).toBe('yes');
      expect(state('new')?.around).toBeNull();
      await computer.bash('iptables -D FORWARD -i vboxnet0 -j DROP');
    }));
});

it('without the permission nothing is read, and nothing is said', async () => {
  await computer.bash(firewalls.firewalldNft);
  await app.engine.refresh();
  expect(state('new')).toMatchObject({ life: 'unavailable', around: null });
});
