/** What the page may not do, asked of the running app. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

test.use({ scenario: 'lab,dark' });

test('the page is isolated, sandboxed and without Node', async ({ electron, page }) => {
  const inPage = await page.evaluate(() => ({
    require: typeof (globalThis as Record<string, unknown>)['require'],
    process: typeof (globalThis as Record<string, unknown>)['process'],
    module: typeof (globalThis as Record<string, unknown>)['module'],
    bridge: Object.keys(window.hoplab).sort(),
  }));
  expect(inPage.require).toBe('undefined');
  expect(inPage.process).toBe('undefined');
  expect(inPage.module).toBe('undefined');
  expect(inPage.bridge).toEqual([
    'app',
    'connectTerminals',
    'health',
    'network',
    'rules',
    'session',
    'settings',
    'terminal',
  ]);
  const preferences = await electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    return contents.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  });
});

test('the bridge cannot be changed by the page', async ({ page }) => {
  const before = await page.evaluate(() => String(window.hoplab.app.snapshot));
  await page.evaluate(() => {
    try {
      (window.hoplab.app as Record<string, unknown>)['snapshot'] = () => 'mine';
    } catch {
      // Frozen objects throw in strict code.
    }
  });
  expect(await page.evaluate(() => String(window.hoplab.app.snapshot))).toBe(before);
});

test('the policy comes as a header and forbids scripts from elsewhere', async ({
  electron,
  page,
}) => {
  const policy = await electron.evaluate(async ({ net }) => {
    const answer = await net.fetch('app://bundle/index.html');
    return answer.headers.get('content-security-policy');
  });
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("connect-src 'none'");
  expect(policy).not.toContain('unsafe-eval');
  expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    return 'injected' in window;
  });
  expect(ran).toBe(false);
  // What the test driver evaluates is above the policy; a timer's callback is the page's own.
  const evaluated = await page.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          try {
            // eslint-disable-next-line @typescript-eslint/no-implied-eval
            const made = new Function('return true') as () => boolean;
            resolve(made());
          } catch {
            resolve(false);
          }
        });
      }),
  );
  expect(evaluated).toBe(false);
});

for (const path of [
  '/../package.json',
  '/..%2f..%2fpackage.json',
  '/%2e%2e/%2e%2e/package.json',
  '/assets/..%5c..%5c..%5cmain/index.cjs',
  '//etc/passwd',
  '/no-such-file.js',
]) {
  test(`app://bundle${path} is not found`, async ({ electron }) => {
    const status = await electron.evaluate(
      async ({ net }, url) => (await net.fetch(url)).status,
      `app://bundle${path}`,
    );
    expect(status).toBe(404);
  });
}

test('another host of the scheme is not found', async ({ electron }) => {
  const status = await electron.evaluate(
    async ({ net }) => (await net.fetch('app://elsewhere/index.html')).status,
  );
  expect(status).toBe(404);
});

test('the window goes nowhere else', async ({ page }) => {
  const url = page.url();
  await page.evaluate(() => {
    window.location.href = 'https://example.org/';
  });
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'file:///etc/passwd';
    document.body.append(link);
    link.click();
  });
  await page.waitForTimeout(300);
  expect(page.url()).toBe(url);
  const isThere = await page.evaluate(
    () => document.querySelector('[data-testid="lab-title"]') !== null,
  );
  expect(isThere).toBe(true);
});

test('no window is opened', async ({ electron, page }) => {
  const opened = await page.evaluate(() => window.open('https://example.org/') !== null);
  expect(opened).toBe(false);
  expect(electron.windows()).toHaveLength(1);
});

test('every permission is denied', async ({ page }) => {
  const answers = await page.evaluate(async () => {
    const asked = {
      notifications: await Notification.requestPermission(),
      camera: await navigator.mediaDevices
        .getUserMedia({ video: true })
        .then(() => 'granted')
        .catch(() => 'denied'),
      screen: await navigator.mediaDevices
        .getDisplayMedia()
        .then(() => 'granted')
        .catch(() => 'denied'),
      clipboard: await navigator.clipboard
        .readText()
        .then(() => 'granted')
        .catch(() => 'denied'),
      place: await new Promise<string>((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          () => resolve('denied'),
        );
      }),
    };
    return Object.values(asked);
  });
  expect(new Set(answers)).toEqual(new Set(['denied']));
});

test('the page reaches no network', async ({ electron, page }) => {
  const reached = await page.evaluate(async () => {
    const viaFetch = await fetch('https://example.org/').then(
      () => true,
      () => false,
    );
    const viaImage = await new Promise<boolean>((resolve) => {
      const image = new Image();
      image.onload = () => resolve(true);
      image.onerror = () => resolve(false);
      image.src = 'http://127.0.0.1:9/x.png';
    });
    return viaFetch || viaImage;
  });
  expect(reached).toBe(false);
  // Below the page's policy stands a second wall, which requests of the session meet as well.
  const cancelled = await electron.evaluate(async ({ session }) => {
    const fetchFrom = session.defaultSession as unknown as {
      fetch?(url: string): Promise<unknown>;
    };
    if (!fetchFrom.fetch) return true;
    return fetchFrom.fetch('http://127.0.0.1:9/').then(
      () => false,
      (error: unknown) => String(error).includes('ERR_BLOCKED_BY_CLIENT'),
    );
  });
  expect(cancelled).toBe(true);
});

test('a frame and a window that are not ours are not answered', async ({ electron }) => {
  const answer = await electron.evaluate(async ({ BrowserWindow, app }) => {
    const preload = `${app.getAppPath()}/preload/index.cjs`;
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: { preload, sandbox: true, contextIsolation: true },
    });
    await stranger.loadURL('app://bundle/index.html');
    const result = (await stranger.webContents.executeJavaScript(
      'window.hoplab.app.snapshot()',
    )) as unknown;
    stranger.destroy();
    return result;
  });
  expect(answer).toMatchObject({ ok: false, error: { code: 'bad-request' } });
});

test('input of another shape is refused before any handler sees it', async ({ page }) => {
  const answers = await page.evaluate(async () => {
    const { session, rules, network, terminal, settings } = window.hoplab;
    type Any = (input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>;
    return Promise.all([
      (session.open as unknown as Any)({ labId: '../../etc' }),
      (session.show as unknown as Any)({ step: -1 }),
      (rules.apply as unknown as Any)({ ruleId: 'a;id' }),
      (rules.apply as unknown as Any)('iptables -F'),
      (network.watch as unknown as Any)({ node: '$(id)', panel: 'routes' }),
      (terminal.close as unknown as Any)({ id: 7 }),
      (settings.set as unknown as Any)({ fontSize: 10_000 }),
    ]);
  });
  for (const answer of answers)
    expect(answer).toMatchObject({ ok: false, error: { code: 'bad-request' } });
});

test('links leave the app only by the allow-list', async ({ electron, page }) => {
  await electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    (globalThis as Record<string, unknown>)['opened'] = opened;
    shell.openExternal = (url: string) => {
      opened.push(url);
      return Promise.resolve();
    };
  });
  const urls = [
    'https://leftasexercise.com/2020/01/20/x/',
    'https://www.virtualbox.org/wiki',
    'http://leftasexercise.com/',
    'https://leftasexercise.com.evil.example/',
    'https://evil.example/leftasexercise.com',
    'https://user@github.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'not a url',
  ];
  const answers = await page.evaluate(
    (all) => Promise.all(all.map((url) => window.hoplab.app.openExternal({ url }))),
    urls,
  );
  expect(answers.map((answer) => answer.ok && answer.value.opened)).toEqual([
    true,
    true,
    ...urls.slice(2).map(() => false),
  ]);
  const opened = await electron.evaluate(() => (globalThis as Record<string, unknown>)['opened']);
  expect(opened).toEqual(urls.slice(0, 2));
});

test('nothing in the window is drawn as HTML', () => {
  const renderer = join(import.meta.dirname, '../../renderer');
  const files = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(vue|ts)$/.test(file),
  );
  expect(files.length).toBeGreaterThan(40);
  for (const file of files) {
    const text = readFileSync(join(renderer, file), 'utf8');
    expect(text, file).not.toMatch(/v-html|innerHTML|insertAdjacentHTML|document\.write/);
    if (file !== 'bridge.ts' && file !== 'env.d.ts')
      expect(text, file).not.toMatch(/window\.hoplab\b(?!`)/);
  }
});

test('another Hoplab on the same data folder gives way to the first', async ({ hoplab, page }) => {
  await expect(page.getByTestId('lab-title')).toBeVisible();
  const [executable, ...args] = await hoplab.command();
  const second = spawn(executable, args, { env: hoplab.env, stdio: 'ignore' });
  const code = await new Promise((resolve) => second.once('exit', resolve));
  expect(code).toBe(0);
  await expect(page.getByTestId('lab-title')).toBeVisible();
});

test('as a user it does not start without the sandbox', async ({ hoplab }) => {
  test.skip(process.getuid?.() === 0, 'root cannot have the sandbox');
  const [executable, ...args] = await hoplab.command();
  const unsafe = spawn(executable, ['--no-sandbox', ...args], { env: hoplab.env, stdio: 'ignore' });
  expect(await new Promise((resolve) => unsafe.once('exit', resolve))).toBe(1);
});
