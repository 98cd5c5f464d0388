/**
 * The package as a user gets it: installed with dpkg, started as an ordinary user with Chromium's sandbox and
 * the fuses as shipped (so no test tool can attach: the app's own tour drives it), removed without a trace.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findElectron } from '../../../main/setup/electron-runtime.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { cleanRoot, type CleanRoot } from '../../support/clean-root.ts';
import { isRoot, projectRoot } from '../../support/person.ts';

/** Everything in the file system that a package could leave, but what dpkg itself keeps. */
const listing = `find /etc /usr /opt /var -xdev \\( -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \\) -prune -o -printf '%p %m %U\\n' | sort`;

describe.runIf(isRoot && existsSync('/usr/bin/dpkg-deb'))('the .deb', () => {
  let root: CleanRoot;
  let before = '';

  beforeAll(async () => {
    const electron = await findElectron({ cacheDir: defaultCacheDir(), log: () => undefined });
    const flags = electron.offline
      ? [
          `--electron-dist=${join(electron.executable, '..')}`,
          `--electron-version=${electron.version}`,
        ]
      : [];
    const file = execFileSync(process.execPath, ['main/packaging/build-deb.mjs', ...flags], {
      cwd: projectRoot,
      encoding: 'utf8',
    }).trim();
    root = await cleanRoot();
    before = root.run(listing);
    root.put(file, '/srv/hoplab.deb');
    root.run('dpkg -i --force-depends /srv/hoplab.deb 2>&1');
  }, 240_000);

  afterAll(() => {
    root.dispose();
  });

  it('has its parts where the system looks for them, owned by root', () => {
    const found = root.run(
      `stat -c '%n %U %a' /usr/bin/hoplab /usr/share/applications/hoplab.desktop /etc/apparmor.d/hoplab /opt/Hoplab/hoplab /usr/lib/hoplab/hoplab-helper /usr/lib/hoplab/hoplab_helper/serve.py /usr/share/polkit-1/actions/org.hoplab.policy /usr/share/icons/hicolor/256x256/apps/hoplab.png; grep Categories /usr/share/applications/hoplab.desktop`,
    );
    expect(found.split('\n')).toEqual([
      '/usr/bin/hoplab root 755',
      '/usr/share/applications/hoplab.desktop root 644',
      '/etc/apparmor.d/hoplab root 644',
      '/opt/Hoplab/hoplab root 755',
      '/usr/lib/hoplab/hoplab-helper root 755',
      '/usr/lib/hoplab/hoplab_helper/serve.py root 644',
      '/usr/share/polkit-1/actions/org.hoplab.policy root 644',
      '/usr/share/icons/hicolor/256x256/apps/hoplab.png root 644',
      'Categories=Education;ComputerScience;',
      '',
    ]);
    expect(root.run('find /opt/Hoplab /usr/lib/hoplab ! -user root -o -perm -o+w ! -type l')).toBe(
      '',
    );
  });

  it('has the command line on the PATH', () => {
    expect(root.run('hoplab lint /opt/Hoplab/resources/labs/01-nat 2>&1')).toContain('no mistakes');
  });

  it('does the first three steps of lab 1 in its window, as an ordinary user', () => {
    const out = root.run(`
      useradd --create-home --shell /bin/bash tester 2>/dev/null
      grep -q '^tester:' /etc/subuid || { echo tester:400000:65536 >>/etc/subuid; echo tester:400000:65536 >>/etc/subgid; }
      mkfifo /tmp/display; Xvfb -displayfd 9 -screen 0 1440x900x24 -nolisten tcp 9<>/tmp/display >/dev/null 2>&1 & xvfb=$!
      read -r number </tmp/display
      HOPLAB_CACHE=${defaultCacheDir()} DISPLAY=:$number setpriv --reuid=tester --regid=tester --init-groups -- env HOME=/home/tester HOPLAB_CACHE=${defaultCacheDir()} /usr/bin/hoplab --tour=01-nat:3 --log-level=3 2>&1
      kill $xvfb`);
    expect(out).toContain('ok  boxA is running');
    expect(out).toContain("ok  You listed boxA's routes");
    expect(out).toContain('every check passed');
    expect(root.run('ls /home/tester/.local/share/hoplab/tour').trim().split('\n')).toHaveLength(3);
  }, 180_000);

  it('takes back what a killed lab left on the computer when it is removed', () => {
    const request = JSON.stringify({
      ...{ id: 1, verb: 'iptables-append', lab: 'x', rule: 'y', change: '00000000000000aa' },
      ...{ table: 'nat', chain: 'POSTROUTING', words: ['-o', 'eth0', '-j', 'MASQUERADE'] },
    });
    const found = root.run(`unshare -n bash -c '
      exec 2>&1
      mkfifo /tmp/in; /usr/lib/hoplab/hoplab-helper serve </tmp/in >/tmp/answer &
      exec 5>/tmp/in; echo "$0" >&5
      until grep -q id /tmp/answer; do :; done
      { kill -9 $!; wait $!; } 2>/dev/null
      cat /tmp/answer; /usr/lib/hoplab/hoplab-helper list; iptables-save | grep -c hoplab:
      dpkg --purge hoplab >/dev/null 2>&1; iptables-save | grep -c hoplab: || true' '${request}'`);
    expect(found).toBe(
      '{"id": 1, "ok": true}\nx y: iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE\n1\n0\n',
    );
  });

  it('goes without a trace', () => {
    root.run('userdel --remove tester 2>/dev/null; sed -i /^tester:/d /etc/subuid /etc/subgid');
    // Accounts made for the test, and caches that other packages' triggers keep.
    const others =
      /\/(passwd|group|shadow|gshadow|subuid|subgid)-? |mail|lastlog|icon-theme\.cache|mimeinfo/;
    const was = new Set(before.split('\n'));
    expect(
      root
        .run(listing)
        .split('\n')
        .filter((line) => !was.has(line) && !others.test(line)),
    ).toEqual([]);
  });
});
