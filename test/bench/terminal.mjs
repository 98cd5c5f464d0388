/** Terminals: how much passes through one, against the least that could be built, and how soon Ctrl-C is heard. */
import { absolute, median, ratio } from './figure.mjs';
import { bareArgs, launch, remove, scratch } from './electron.mjs';
import { answer, timeTerminal } from './watch-page.mjs';
import { wait } from './cpu.mjs';

const bytes = 50_000_000;
const rounds = 3;
const interrupts = 7;
/** How long a program floods the terminal before it is interrupted. */
const floodMs = 1_000;
const makeFile = `head -c ${bytes} /dev/zero | tr '\\0' x | fold -w 79 >/tmp/big; clear; echo rea""dy`;

export async function throughput(executable, lab) {
  const { page, type, shows, host } = lab;
  await type('clear; echo size=$(stty size)=');
  const [, rows, columns] = await shows(String.raw`^size=(\d+) (\d+)=$`);
  const webgl = (await page.locator(`${host} canvas`).count()) > 0 ? '1' : '';
  const folder = scratch();
  const args = bareArgs('bare-terminal', folder, `--size=${columns}x${rows}`, `--webgl=${webgl}`);
  const bare = await launch(executable, args);
  try {
    await type(makeFile);
    await shows('^ready$');
    await bare.page.locator('textarea').focus();
    await bare.page.keyboard.type(makeFile);
    await bare.page.keyboard.press('Enter');
    await bare.page.getByText('ready').first().waitFor({ timeout: 20_000 });
    const ours = [];
    const theirs = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await flood(page, host, round));
      theirs.push(await flood(bare.page, '#terminal', round));
    }
    const perSecond = (times) => bytes / 1000 / median(times);
    return [
      ratio(
        'terminal throughput, 50 MB',
        perSecond(ours),
        perSecond(theirs),
        'bare Electron, node-pty and xterm',
        0.9,
        'MB/s',
        'at-least',
      ),
    ];
  } finally {
    await type('rm /tmp/big; clear');
    await bare.page.keyboard.type('rm /tmp/big\n');
    await bare.end();
    remove(folder);
  }
}

/** Milliseconds until the last line is on the screen, and with it all before it parsed. */
async function flood(page, terminal, round) {
  await page.locator(`${terminal} textarea`).first().focus();
  await page.keyboard.type(`clear; cat /tmp/big; echo; echo en""d-${round}`);
  const pattern = `^end-${round}$`;
  await page.evaluate(timeTerminal, { terminal, key: 'Enter', ctrl: false, pattern });
  await page.keyboard.press('Enter');
  return page.evaluate(answer);
}

export async function interrupt(lab) {
  const { page, type, shows, host } = lab;
  const times = [];
  for (let round = 0; round < interrupts; round += 1) {
    await type('clear; yes');
    await shows(String.raw`^y\ny\ny\ny\ny$`);
    await wait(floodMs);
    const prompt = String.raw`^learner@host:\S+\$$`;
    await page.evaluate(timeTerminal, { terminal: host, key: 'c', ctrl: true, pattern: prompt });
    await page.keyboard.press('Control+c');
    times.push(await page.evaluate(answer));
  }
  return [absolute('Ctrl-C during yes, until the prompt is back', median(times), 150)];
}
