/** The firewall panel of the learner's own computer: what iptables does not show is said, as soon as it is there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PanelView } from '../../../main/contract/network.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { Observer } from '../../../main/observe/observer.ts';
import { startApp, type App } from './app.ts';
import { dockerNft, firewalldNft } from './firewall-texts.ts';
import { makeComputer, type Computer } from './helper.ts';

let computer: Computer;
let tmp: string;
let app: App;
let observer: Observer;
let view: PanelView | null;
beforeEach(async () => {
  computer = await makeComputer();
  await computer.bash('mount -t tmpfs t /var/lib; iptables -A FORWARD -j ACCEPT');
  tmp = mkdtempSync(path.join(tmpdir(), 'hoplab-panel-'));
  app = startApp(computer.enter, tmp);
  const loaded = await loadLab(new URL('../../../labs/02-host-only', import.meta.url).pathname);
  if (!('lab' in loaded)) throw new Error('a bundled lab has mistakes');
  const { lab } = loaded;
  view = null;
  observer = new Observer({
    transport: () => app.transport,
    context: () => ({ lab }),
    changed: (now) => (view = now),
  });
});
afterEach(async () => {
  observer.dispose();
  await app.rights.end();
  computer.close();
  rmSync(tmp, { recursive: true });
});

it('shows a change of the firewall, and names the tables of others, without being asked again', async () => {
  await app.rights.request();
  observer.watch('host', 'firewall');
  await expect.poll(() => view?.sections[0]?.title).toBe('filter · FORWARD');
  expect(view?.notice).toBeNull();
  await computer.bash(firewalldNft);
  await expect.poll(() => view?.notice).toContain('firewalld’s inet firewalld');
  await computer.bash(dockerNft('accept'));
  await expect.poll(() => view?.notice).toContain('Docker’s ip docker-bridges');
  await computer.bash('nft delete table inet firewalld; nft delete table ip docker-bridges');
  await expect.poll(() => view?.notice).toBeNull();
});
