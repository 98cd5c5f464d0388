/**
 * The permission asked for with a password, of an ordinary user: by the real sudo on a terminal, and by the real pkexec with the
 * package's policy, polkitd and an agent. The computer is a copy of this machine's file system in namespaces.
 */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../../support/bundle.ts';
import { cleanRoot, type CleanRoot } from '../../support/clean-root.ts';
import { isRoot, projectRoot } from '../../support/person.ts';
import { helperPath } from './helper.ts';
import type { Report } from './password-app.ts';

/** systemd-logind is not there to say that the person sits at the computer, so that a rule has to: the rest is the policy's. */
const atTheComputer = `polkit.addRule(function (action) {
  if (action.id === "org.hoplab.change-network") return polkit.Result.AUTH_ADMIN_KEEP;
});`;

/** No rule, no program that asks, and no journal of the helper's. */
const nothing = '0';

describe.runIf(isRoot)('the permission, with a password', () => {
  let root: CleanRoot;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hoplab-password-'));
    const app = join(folder, 'app.mjs');
    await bundle(join(import.meta.dirname, 'password-app.ts'), app, 'es');
    root = await cleanRoot();
    root.put(app, '/srv/app.mjs');
    root.put(join(import.meta.dirname, 'typist.py'), '/srv/typist.py');
    root.run('mkdir -p /srv/helper/hoplab_helper');
    const helper = dirname(helperPath);
    for (const file of ['hoplab-helper', ...python(join(helper, 'hoplab_helper'))])
      root.put(join(helper, file), `/srv/helper/${file}`);
    root.put(
      join(projectRoot, 'main/packaging/linux/org.hoplab.policy'),
      '/usr/share/polkit-1/actions/org.hoplab.policy',
    );
    rmSync(folder, { recursive: true });
    const packages = 'sudo polkitd pkexec dbus-daemon';
    root.run(`
      chmod 755 /srv/helper/hoplab-helper
      install="apt-get install -y --no-install-recommends ${packages}"
      $install 2>&1 || { apt-get update 2>&1; $install 2>&1; }
      useradd --create-home --shell /bin/bash --groups sudo tester; echo tester:geheim | chpasswd
      mkdir -p /run/dbus /etc/polkit-1/rules.d; echo '${atTheComputer}' >/etc/polkit-1/rules.d/10-seat.rules
      dbus-daemon --system --fork
      dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.Hello >/dev/null 2>&1 || true
      /usr/lib/polkit-1/polkitd --no-debug </dev/null >/dev/null 2>&1 &
      until dbus-send --system --print-reply --dest=org.freedesktop.PolicyKit1 /org/freedesktop/PolicyKit1/Authority org.freedesktop.DBus.Peer.Ping; do :; done >/dev/null 2>&1`);
  }, 120_000);
  afterAll(() => {
    root.dispose();
  });
  beforeEach(() => {
    root.run('rm -f /tmp/terminal /tmp/dialog; rm -rf /usr/lib/hoplab');
  });

  /** As Hoplab's package does. */
  const install = () => root.run('cp -r /srv/helper /usr/lib/hoplab');
  const ask = (typed: string, dialog: string): Report & { asked: string[]; after: string } => {
    const lines = root
      .run(
        `exec unshare --net bash -ec '
          ip link set lo up; ip link add eth0 type veth peer name peer0
          setpriv --reuid=tester --regid=tester --init-groups env HOME=/home/tester "$0" /srv/app.mjs "$1" "$2"
          iptables-save | grep -c MASQUERADE || true
          pgrep -x pkexec || true; ls /var/lib | grep hoplab || true' '${process.execPath}' '${typed}' '${dialog}'`,
      )
      .trim()
      .split('\n');
    const asked = root.run('cd /tmp; grep -H . terminal dialog 2>/dev/null || true').trim();
    const [report = '{}', ...after] = lines;
    return {
      ...(JSON.parse(report) as Report),
      asked: asked === '' ? [] : asked.split('\n'),
      after: after.join(' '),
    };
  };

  it('sudo asks once, in a terminal, where no package was installed', () => {
    const { how, states, code, tables, asked, after } = ask('geheim', 'none');
    expect({ how, states, code }).toEqual({
      how: 'terminal',
      states: ['asking', 'granted', 'none'],
      code: null,
    });
    expect(tables).toContain('-o eth0 -m comment --comment "hoplab:lab/rule:00112233445566aa"');
    expect(asked).toEqual(['terminal:asked']);
    expect(after).toBe(nothing);
  });

  it('a wrong password changes nothing', () => {
    const { states, code, asked, after } = ask('falsch', 'none');
    expect({ states, code }).toEqual({ states: ['asking', 'none'], code: 'not-permitted' });
    expect(asked).toHaveLength(3);
    expect(after).toBe(nothing);
  });

  it('the desktop asks once, where the package is installed', () => {
    install();
    const { how, code, tables, asked, after } = ask('geheim', 'geheim');
    expect({ how, code }).toEqual({ how: 'dialog', code: null });
    expect(tables).toContain('hoplab:lab/rule');
    expect(asked).toEqual(['dialog:asked']);
    expect(after).toBe(nothing);
  });

  it('without an agent of the desktop sudo asks instead', () => {
    install();
    const { how, code, asked } = ask('geheim', 'none');
    expect({ how, code }).toEqual({ how: 'terminal', code: null });
    expect(asked).toEqual(['terminal:asked']);
  });

  it('cancelled while the desktop asks: nothing was changed, and nobody asks any more', () => {
    install();
    const { states, code, asked, after } = ask('geheim', 'later');
    expect({ states, code }).toEqual({ states: ['asking', 'none'], code: 'cancelled' });
    expect(asked).toEqual(['dialog:asked']);
    expect(after).toBe(nothing);
  });
});

const python = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name) => `hoplab_helper/${name}`);
