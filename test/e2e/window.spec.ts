/** What the window does with keys, clicks and bytes. The state is made up; the shells are real. */
import { expect, test } from './fixtures.ts';

test.use({ scenario: 'lab,dark' });

test.describe('terminals', () => {
  test('typing reaches the shell', async ({ lab }) => {
    await lab.type('host', 'echo one-$((1+1))');
    await lab.shows('host', 'one-2');
  });

  test('a command is inserted, once, and runs when Enter is pressed', async ({ lab, page }) => {
    await lab.shows('boxA', '~#');
    await page.getByTestId('command-1-insert').click();
    await page.getByTestId('command-1-insert').click();
    await lab.shows('boxA', 'ping -c 3 192.168.178.1');
    expect((await lab.screen('boxA')).match(/ping/g)).toHaveLength(1);
  });

  test('a command runs at once when asked to', async ({ lab, page }) => {
    await page.getByTestId('command-1-run').click();
    await lab.shows('boxA', 'PING 192.168.178.1');
    await expect(lab.terminal('boxA').locator('textarea')).toBeFocused();
  });

  test('split, type into all, close', async ({ lab, page }) => {
    await page.getByTestId('split-down-t1').click();
    await expect(page.getByTestId('terminal-host')).toHaveCount(2);
    await page.keyboard.press('Control+Shift+B');
    await expect(page.getByTestId('broadcast-banner')).toContainText('all 3 terminals');
    await lab.type('host', 'echo every""where');
    for (const id of ['t1', 't2', 't3']) {
      const rows = page.locator(`[data-terminal="${id}"] .xterm-rows`);
      await expect(rows).toContainText('everywhere');
    }
    await page.getByTestId('broadcast-stop').click();
    await expect(page.getByTestId('broadcast-banner')).toBeHidden();
    await page.getByTestId('terminal-close-t3').click();
    await expect(page.getByTestId('terminal-host')).toHaveCount(1);
  });

  test('a shell that ended says so and offers a new one', async ({ lab, page }) => {
    await lab.type('host', 'exit 3');
    await expect(page.getByTestId('ended-t1')).toContainText('exit code 3');
    await page.getByTestId('reopen-t1').click();
    await expect(lab.terminal('host')).toHaveAttribute('data-state', 'open');
    await lab.type('host', 'echo ali""ve');
    await lab.shows('host', 'alive');
  });

  test('the screen survives a reload of the window', async ({ lab, page }) => {
    await lab.type('host', 'echo rem""ember');
    await lab.shows('host', 'remember');
    await page.reload();
    await lab.shows('host', 'remember');
    await lab.type('host', 'echo go""es-on');
    await lab.shows('host', 'goes-on');
  });

  test('several pasted lines are shown first', async ({ lab, page }) => {
    await lab.terminal('host').locator('.xterm-screen').click();
    const paste = (text: string) =>
      page.evaluate((content) => {
        const data = new DataTransfer();
        data.setData('text/plain', content);
        document.activeElement?.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
      }, text);
    await paste('echo a""a\necho b""b\n');
    await expect(page.getByTestId('paste-dialog')).toContainText('Paste 2 lines?');
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('paste-dialog')).toBeHidden();
    expect(await lab.screen('host')).not.toContain('echo');
    await paste('echo a""a\necho b""b\n');
    await page.getByTestId('paste-joined').click();
    await lab.shows('host', 'echo a""a echo b""b');
  });

  test('copy and paste by keys', async ({ lab, page, electron }) => {
    await electron.evaluate(({ clipboard }) => {
      void clipboard.writeText('echo from-the-clip""board');
    });
    await lab.terminal('host').locator('.xterm-screen').click();
    await page.keyboard.press('Control+Shift+V');
    await lab.shows('host', 'echo from-the-clip""board');
    await page.keyboard.press('Enter');
    await lab.shows('host', /^from-the-clipboard/m);
    const word = await lab.terminal('host').getByText('from-the-clipboard').last().boundingBox();
    await page.mouse.dblclick((word?.x ?? 0) + 10, (word?.y ?? 0) + 8);
    await page.keyboard.press('Control+Shift+C');
    const copied = await electron.evaluate(({ clipboard }) => clipboard.readText());
    expect(copied).toContain('from');
  });

  test('find', async ({ lab, page }) => {
    await lab.type('host', 'seq 1 200');
    await lab.shows('host', '200');
    await page.keyboard.press('Control+Shift+F');
    await page.getByTestId('terminal-search').fill('17');
    await expect(page.getByRole('search')).toContainText(/\d+ \/ 1?\d/);
    await page.keyboard.press('Escape');
    await expect(lab.terminal('host').locator('textarea')).toBeFocused();
  });

  test('the shell is told the size of its window', async ({ lab, page }) => {
    const columns = async (time: string) => {
      const size = new RegExp(`${time}=\\d+ (\\d+)`);
      await lab.type('host', `echo ${time}=$(stty size)`);
      await lab.shows('host', size);
      return Number(size.exec(await lab.screen('host'))?.[1]);
    };
    const wide = await columns('before');
    await page.getByTestId('split-right-t1').click();
    await expect(page.getByTestId('terminal-host')).toHaveCount(2);
    await page.waitForTimeout(300);
    expect(await columns('after')).toBeLessThan(wide);
  });

  test('screen reader mode keeps a tree of the lines', async ({ lab, page }) => {
    await page.evaluate(() => window.hoplab.settings.set({ screenReader: true }));
    await lab.type('host', 'echo to be re""ad');
    await expect(lab.terminal('host').locator('.xterm-accessibility-tree')).toContainText(
      'to be read',
    );
  });
});

test.describe('a node that is down', () => {
  test.use({ scenario: 'lab,dark,down' });
  test('has a place that says how it starts; commands for it explain themselves', async ({
    lab,
    page,
  }) => {
    await expect(lab.terminal('boxA')).toContainText('vagrant up in lab2');
    await expect(lab.mapNode('boxA')).toHaveAttribute('data-life', 'absent');
    await page.getByTestId('command-1-insert').click();
    await expect(page.getByRole('alert')).toContainText('boxA is not running');
  });
});

test.describe('a cut road', () => {
  test.use({ scenario: 'lab,dark,frozen' });
  test('is explained, and the other one offered', async ({ lab, page }) => {
    await expect(page.getByTestId('frozen-boxA')).toContainText('that cable is out');
    await page.getByTestId('frozen-offer-boxA').click();
    await expect(page.getByTestId('terminal-boxA')).toHaveCount(1);
    await expect(lab.terminal('boxA')).not.toHaveAttribute('data-terminal', 't2');
  });
});

test.describe('walkthrough', () => {
  test('steps by click and by key', async ({ lab, page }) => {
    await expect(lab.stepTitle).toHaveText('Let the host route for boxA');
    await page.getByTestId('next-step').click();
    await expect(lab.stepTitle).toHaveText('Names resolve again');
    await page.keyboard.press('Alt+ArrowLeft');
    await expect(lab.stepTitle).toHaveText('Let the host route for boxA');
    await page.getByTestId('step-1').click();
    await expect(lab.stepTitle).toHaveText('A second network card');
  });

  test('checks carry their state, and a hint', async ({ lab, page }) => {
    await expect(lab.check('forwards')).toHaveAttribute('data-status', 'passed');
    await expect(lab.check('reaches-router')).toHaveAttribute('data-status', 'failed');
    await expect(page.getByTestId('hint-reaches-router')).toContainText('no way back');
  });

  test('values are filled in, and unknown ones say so', async ({ page }) => {
    const text = page.locator('.prose');
    await expect(text).toContainText('boxA now sends everything to 192.168.50.1.');
    await expect(text).toContainText('(not known yet)');
    await expect(text).not.toContainText('{{');
  });

  test('a prediction is answered once', async ({ page }) => {
    await page.getByTestId('prediction-reply-2').click();
    await expect(page.getByTestId('prediction-reply')).toContainText('Yes. Only masquerading');
    await expect(page.getByTestId('prediction-reply-0')).toBeDisabled();
  });

  test('a glossary word explains itself', async ({ page }) => {
    await page.getByTestId('term-route').focus();
    await page.keyboard.press('Enter');
    await expect(page.getByText('A line of the routing table')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByText('A line of the routing table')).toBeHidden();
  });
});

test.describe('rules', () => {
  test('apply and undo', async ({ lab, page }) => {
    await page.getByTestId('rule-apply-masquerade').click();
    await expect(lab.rule('masquerade')).toHaveAttribute('data-life', 'on');
    await page.getByTestId('rule-undo-masquerade').click();
    await expect(lab.rule('masquerade')).toHaveAttribute('data-life', 'off');
  });

  test('a marked one asks first', async ({ lab, page }) => {
    await page.getByTestId('rule-apply-flush-nat').click();
    await expect(page.getByTestId('confirm-rule')).toContainText('iptables -t nat -F POSTROUTING');
    expect(await lab.rule('flush-nat').getAttribute('data-life')).toBe('off');
    await page.getByTestId('confirm-rule-apply').click();
    await expect(lab.rule('flush-nat')).toHaveAttribute('data-life', 'on');
  });

  test('a failure is a message with its detail', async ({ page }) => {
    await page.keyboard.press('Control+K');
    await page.getByTestId('palette-input').fill('large packets');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('The rule could not be applied');
    await alert.getByText('Details').click();
    await expect(alert).toContainText('No chain/target/match');
    await alert.getByRole('button', { name: /Dismiss/ }).click();
    await expect(alert).toBeHidden();
  });

  test('undo all', async ({ lab, page }) => {
    await page.getByTestId('undo-all').click();
    await expect(lab.rule('ip-forward')).toHaveAttribute('data-life', 'off');
    await expect(page.getByTestId('rules-count')).toContainText('all off');
    await expect(page.getByTestId('undo-all')).toBeDisabled();
  });
});

test.describe('panels', () => {
  test('tabs, marks and explanations, by keyboard', async ({ lab, page }) => {
    const routes = await lab.showPanel('boxA', 'routes');
    await expect(routes.locator('tr[data-change="added"]')).toContainText('192.168.50.1');
    await expect(routes.locator('tr[data-change="removed"]')).toContainText('link down');
    await routes.getByRole('button', { name: /Explain: default 192.168.50.1/ }).focus();
    await page.keyboard.press('Enter');
    await expect(routes).toContainText('Everything without a better route');
  });

  test('counters tick', async ({ lab }) => {
    const cell = lab.panel('host').locator('tr.row td.numeric').first();
    const before = await cell.textContent();
    await expect(cell).not.toHaveText(before ?? '');
  });

  test('the node of a panel can be changed', async ({ page }) => {
    await page.getByTestId('panel-boxA-node').click();
    await page.getByTestId('menu-panel-node-internet').click();
    await expect(page.getByTestId('panel-internet')).toContainText('it only answers');
  });

  test('empty says why', async ({ lab }) => {
    const connections = await lab.showPanel('host', 'connections');
    await expect(connections).toContainText('No connection is tracked');
  });
});

test.describe('map', () => {
  test('shows the state of each wire, and leads to terminals', async ({ lab, page }) => {
    await expect(page.getByTestId('map-link-nat-boxA')).toHaveAttribute('data-state', 'no-carrier');
    await expect(page.getByTestId('map-link-host-only-boxA')).toHaveAttribute('data-state', 'up');
    await lab.mapNode('boxA').click();
    await expect(lab.terminal('boxA').locator('textarea')).toBeFocused();
    await lab.mapNode('router').click();
    await expect(lab.terminal('router')).toBeVisible();
  });
});

test.describe('commands', () => {
  test('the palette by keyboard alone', async ({ lab, page }) => {
    await lab.type('host', 'true');
    await page.keyboard.press('Control+K');
    await page.getByTestId('palette-input').fill('step 2');
    await page.keyboard.press('Enter');
    await expect(lab.stepTitle).toHaveText('The host’s end: vboxnet0');
  });

  test('Ctrl+K twice is the shell’s own', async ({ lab, page }) => {
    await lab.terminal('host').locator('.xterm-screen').click();
    await page.keyboard.type('echo first second');
    for (let i = 0; i < ' second'.length; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+K');
    await expect(page.getByTestId('palette')).toBeVisible();
    await page.keyboard.press('Control+K');
    await expect(page.getByTestId('palette')).toBeHidden();
    await lab.shows('host', /echo first\s*$/m);
    await page.keyboard.press('Enter');
    await lab.shows('host', /^first\s*$/m);
  });

  test('the menu reaches the window', async ({ electron, page }) => {
    await electron.evaluate(({ Menu }) => {
      const click = (label: string) => {
        for (const { submenu } of Menu.getApplicationMenu()?.items ?? [])
          submenu?.items.find((item) => item.label === label)?.click();
      };
      click('Settings');
    });
    await expect(page.getByTestId('settings')).toBeVisible();
  });
});

test('settings hold at once and after a restart of the page', async ({ page }) => {
  await page.getByTestId('open-settings').click();
  await page.getByTestId('setting-theme-light').click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.getByTestId('setting-font-larger').click();
  await expect(page.getByTestId('setting-font-size')).toHaveText('14');
  await page.getByTestId('setting-command-click-run').click();
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page.getByTestId('command-1-run')).toHaveText('Run');
  await page.getByTestId('open-settings').click();
  await expect(page.getByTestId('setting-font-size'), 'none undoes another').toHaveText('14');
});

test('splits are remembered', async ({ page }) => {
  const bar = page.getByRole('separator', { name: 'Width of the walkthrough' });
  await bar.focus();
  const before = await page.getByRole('region', { name: 'Walkthrough' }).boundingBox();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await expect
    .poll(
      async () => (await page.getByRole('region', { name: 'Walkthrough' }).boundingBox())?.width,
    )
    .toBeGreaterThan((before?.width ?? 0) + 40);
  await page.waitForTimeout(600);
  const kept = await page.evaluate(() => window.hoplab.app.snapshot());
  expect(kept.ok && kept.value.settings.layout.walkthrough).toBeGreaterThan(32);
});

test.describe('the first visit', () => {
  test.use({ scenario: 'lab,dark,intro' });
  test('three cards, once', async ({ page }) => {
    for (const title of ['Read on the left', 'Type up here', 'Watch down here']) {
      await expect(page.getByTestId('intro')).toContainText(title);
      await page.getByTestId('intro-next').click();
    }
    await expect(page.getByTestId('intro')).toBeHidden();
    await page.reload();
    await expect(page.getByTestId('lab')).toBeVisible();
    await expect(page.getByTestId('intro')).toBeHidden();
  });
});

test.describe('the end', () => {
  test('closing with a running lab asks, once', async ({ electron, page }) => {
    await electron.evaluate(({ dialog, BrowserWindow }) => {
      const asked: string[] = [];
      (globalThis as Record<string, unknown>)['asked'] = asked;
      dialog.showMessageBox = ((_: unknown, options: { message: string }) => {
        asked.push(options.message);
        return Promise.resolve({ response: 0, checkboxChecked: false });
      }) as typeof dialog.showMessageBox;
      BrowserWindow.getAllWindows()[0]?.close();
    });
    await expect(page.getByTestId('lab')).toBeVisible();
    const asked = await electron.evaluate(() => (globalThis as Record<string, unknown>)['asked']);
    expect(asked).toEqual(['“Host-only networking” is still running.']);
  });

  test('stopping the lab leads back to the labs', async ({ page }) => {
    await page.getByTestId('stop-lab').click();
    await page.getByTestId('confirm-stop-lab').click();
    await expect(page.getByTestId('catalog')).toBeVisible();
  });

  test('a system that ends the app is not asked back', async ({ electron }) => {
    const child = electron.process();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

test.describe('the questions before a lab opens', () => {
  test.use({ scenario: 'lab,host,untold,questions' });
  test('an arrow key marks the next choice, however short it is pressed', async ({ page }) => {
    const second = page.getByTestId('choice-range-192.168.50.0/24');
    await page.getByTestId('choice-range-192.168.56.0/24').focus();
    await page.evaluate(() => {
      for (const type of ['keydown', 'keyup']) {
        const event = { key: 'ArrowDown', code: 'ArrowDown', bubbles: true, cancelable: true };
        document.activeElement?.dispatchEvent(new KeyboardEvent(type, event));
      }
    });
    await expect(second).toBeFocused();
    await expect(second).toBeChecked();
  });
});
