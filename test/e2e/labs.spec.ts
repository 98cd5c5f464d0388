/** Both labs, wholly by what a person does: clicks and keys, in the real window, against a real kernel. */
import { expect, test } from './fixtures.ts';
import { walkHostOnly, walkNat } from './pages/lab-walks.ts';
import { Walker } from './pages/walker.ts';

test.setTimeout(180_000);
test.use({ size: { width: 1920, height: 1080 } });

test('lab 1: NAT networking', async ({ lab, page }) => {
  await walkNat(new Walker(lab, page));
});

test('lab 2: host-only networking and the way out to the LAN', async ({ lab, page }) => {
  await walkHostOnly(new Walker(lab, page));
});

test('vagrant up in the other lab’s folder takes the window there', async ({ lab, page }) => {
  await lab.open('01-nat');
  await lab.type('host', 'vagrant up');
  await lab.shows('host', 'Machine booted and ready!');
  await lab.type('host', 'vagrant destroy -f && cd ../lab2/ && vagrant up');
  await expect(page.getByTestId('lab-title')).toHaveText('Host-only networking');
  await expect(lab.mapNode('boxA')).toContainText('192.168.50.4');
  await expect(lab.stepTitle).toHaveText('The same machine with one more card');
});
