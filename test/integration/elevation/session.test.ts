/** A lab on the learner's own computer while somebody else changes its firewall: the window is told by itself, once. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Backend } from '../../../main/backends/backend.ts';
import type { SessionState } from '../../../main/contract/session.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import { Notices } from '../../../main/platform/notices.ts';
import { memoryJournal } from '../../../main/rules/journal.ts';
import { emptyProgress, noProgress } from '../../../main/session/progress.ts';
import { Session } from '../../../main/session/session.ts';
import { sessionNews } from '../../../main/session/session-news.ts';
import { inProcessPtyHost } from '../../../main/terminals/client.ts';
import { startApp } from './app.ts';
import { firewalldIptables } from './firewall-texts.ts';
import { makeComputer, type Computer } from './helper.ts';

const lab = ['ip-forward', 'forward-new', 'forward-established', 'masquerade'];
let computer: Computer;
let tmp: string;
let session: Session;
let notices: Notices;
let shown: SessionState;
const ptyHost = inProcessPtyHost();

beforeEach(async () => {
  computer = await makeComputer();
  await computer.bash(`mount -t tmpfs t /var/lib; ${firewalldIptables}`);
  tmp = mkdtempSync(path.join(tmpdir(), 'hoplab-session-'));
  const { rights, transport } = startApp(computer.enter, tmp);
  const loaded = await loadLab(new URL('../../../labs/02-host-only', import.meta.url).pathname);
  if (!('lab' in loaded)) throw new Error('a bundled lab has mistakes');
  const nothing = () => Promise.resolve();
  // A computer without virtual machines: the host alone runs.
  const backend: Backend = {
    kind: 'vagrant',
    rights,
    probe: () => Promise.reject(new Error('not asked')),
    up: nothing,
    halt: nothing,
    destroy: nothing,
    status: ({ nodes }) =>
      Promise.resolve(
        Object.keys(nodes).map((id) => ({
          id,
          life: id === 'host' ? ('running' as const) : ('absent' as const),
          detail: null,
        })),
      ),
    watch: () => () => undefined,
    folderOf: () => tmp,
    transport: () => transport,
  };
  notices = new Notices(() => undefined);
  const news = sessionNews({
    announce: () => undefined,
    isShown: () => true,
    notices,
    log: { info: () => undefined },
  });
  session = new Session(
    loaded.lab,
    {
      ...news,
      backend,
      ptyHost,
      progress: noProgress,
      journal: () => Promise.resolve(memoryJournal()),
      nodesChanged: () => undefined,
      changed: (state) => (shown = state),
    },
    emptyProgress(),
  );
  await session.start();
  await session.allow();
  await session.rules().applyAll(lab);
});
afterEach(async () => {
  await session.stop();
  computer.close();
  rmSync(tmp, { recursive: true });
});

const card = (id: string) => shown.rules.find((one) => one.id === id);

it('a reload of firewalld: each card says it, one notice names all, and applying again ends it', async () => {
  await computer.bash(firewalldIptables);
  await expect.poll(() => card('masquerade')?.note).toBe('gone since firewalld was reloaded');
  expect(lab.map((id) => card(id)?.life)).toEqual(['on', 'drifted', 'drifted', 'drifted']);
  await expect
    .poll(() => notices.list)
    .toMatchObject([
      {
        tone: 'warning',
        title: 'Rules of the lab are gone: firewalld was reloaded or stopped',
        text: '3 rules are no longer in force. “Apply again” on each card puts it back.',
        detail: expect.stringContaining("Lend boxA the host's address") as string,
      },
    ]);
  await session.rules().applyAll(lab);
  await expect.poll(() => notices.list).toEqual([]);
  await session.disallow();
  expect(notices.list).toMatchObject([{ tone: 'info', title: 'This computer is as it was' }]);
});

it('a rule the learner deletes: its card says it, and no notice comes', async () => {
  await computer.bash('iptables -t nat -D POSTROUTING 2');
  await expect.poll(() => card('masquerade')?.note).toBe('taken away outside Hoplab');
  expect(notices.list).toEqual([]);
});

it('a helper that is killed: the next one takes back what it left, which nobody else has taken', async () => {
  process.kill(Number(readFileSync(path.join(tmp, 'pid'), 'utf8')), 'SIGKILL');
  await expect.poll(() => shown.rights?.state).toBe('none');
  await expect.poll(() => card('masquerade')?.life).toBe('unavailable');
  await session.allow();
  await expect.poll(() => lab.map((id) => card(id)?.life)).toEqual(['off', 'off', 'off', 'off']);
  expect(lab.map((id) => card(id)?.canUndo)).toEqual([false, false, false, false]);
  expect(notices.list).toEqual([]);
  await session.rules().applyAll(lab);
  await expect.poll(() => lab.map((id) => card(id)?.life)).toEqual(['on', 'on', 'on', 'on']);
});
