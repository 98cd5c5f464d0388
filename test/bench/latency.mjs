/** From a change in the host's kernel to the row that says so, painted in the window. */
import { wait } from './cpu.mjs';
import { absolute, median, percentile } from './figure.mjs';
import { answer, timeRow } from './watch-page.mjs';

const samples = 50;
/** Between two changes: a learner types them, and does not wait for the window to be idle. */
const paceMs = 250;

/**
 * `ip -batch` stands ready, so that the moment before a line is given to it is, but for microseconds, the moment of
 * the change; the clock is that of the whole machine.
 */
const prepare = [
  'sudo bash --norc',
  'coproc ip -batch -',
  'c() { t=$EPOCHREALTIME; echo "route $1 10.77.$2.0/24 dev lo" >&${COPROC[1]}; echo "@$1-$2 $t"; }',
];

export async function latency(lab) {
  const { page, type, shows } = lab;
  await page.getByTestId('panel-tab-host-routes').first().click();
  await page.getByTestId('panel-host-routes').first().getByText('192.168.178.0/24').waitFor();
  for (const line of prepare) await type(line);
  const times = [];
  for (let count = 0; count < samples; count += 1) {
    const number = Math.floor(count / 2) + 1;
    const [verb, change] = count % 2 === 0 ? ['add', 'added'] : ['del', 'removed'];
    const panel = '[data-testid="panel-host-routes"]';
    await page.evaluate(timeRow, { panel, text: `10.77.${number}.0/24`, change });
    await type(`c ${verb} ${number}`);
    const painted = await page.evaluate(answer);
    const [, changed] = await shows(String.raw`^@${verb}-${number} (\d+\.\d+)$`);
    times.push(painted - Number(changed) * 1000);
    await wait(paceMs);
  }
  await type('exit');
  await type('clear');
  console.error(`kernel to row: median ${median(times)} ms, longest ${Math.max(...times)} ms`);
  return [absolute('kernel change → row painted, p95', percentile(times, 0.95), 50)];
}
