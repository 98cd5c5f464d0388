/** A VBoxManage that does not answer any more: it is said soon, and nobody has to wait for it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Failure } from '../../../main/contract/failure.ts';
import { addBox } from '../../support/vagrant/box.ts';
import { makeComputer, whyNoComputer, type Computer } from '../../support/vagrant/computer.ts';
import { bundle } from '../../support/bundle.ts';

const root = join(import.meta.dirname, '../../..');
vi.setConfig({ testTimeout: 240_000 });

interface Timed<T> {
  ms: number;
  value: T;
}
interface Result {
  cancelled: Timed<Failure | null>;
  silent: Timed<string>;
  shell: string;
  restarted: Timed<Failure | null>;
  closed: Timed<Failure | null>;
  again: string;
  taken: Failure | null;
}

describe.skipIf(whyNoComputer)('VBoxManage stops to answer while a lab is open', () => {
  let computer: Computer;
  let result: Result;

  beforeAll(async () => {
    computer = await makeComputer();
    const program = join(computer.folder, 'hang.cjs');
    await bundle(join(root, 'test/support/vagrant/hang-script.ts'), program, 'cjs');
    await addBox(computer, 'bento/ubuntu-24.04');
    const { stdout, stderr } = await computer.bash(
      `${process.execPath} ${program} ${root}/labs/01-nat`,
      { env: { NODE_PATH: join(root, 'node_modules') }, timeoutMs: 200_000 },
    );
    try {
      result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;
    } catch {
      throw new Error(`${stdout}${stderr}`);
    }
  }, 240_000);
  afterAll(() => computer.close());

  test('opening is cancelled at once, though it hangs', () => {
    const { ms, value } = result.cancelled;
    expect(value?.code).toBe('cancelled');
    // 1500 of them passed before it was cancelled.
    expect(ms).toBeLessThan(4_000);
  });

  test('the machine says so within seconds, and its shell goes on', () => {
    expect(result.silent.value).toMatch(/^VBoxManage has not answered for \d+ s$/);
    expect(result.silent.ms).toBeLessThan(15_000);
    expect(result.shell).toBe('boxA');
  });

  test('going back to a snapshot says that it does not answer, and changes nothing', () => {
    expect(result.restarted.value?.code).toBe('timed-out');
    expect(result.restarted.ms).toBeLessThan(15_000);
  });

  test('closing needs a few seconds, and says what is left and how to remove it', () => {
    const { ms, value } = result.closed;
    expect(value?.message).toBe(
      'VirtualBox does not answer, so boxA could not be taken away and may still run.',
    );
    expect(value?.hint).toMatch(/cd '\/.*\/lab1' && vagrant destroy -f$/);
    expect(ms).toBeLessThan(10_000);
  });

  test('the next start finds the machine, and its end takes it away', async () => {
    expect(result.again).toMatch(/^(starting|running)$/);
    expect(result.taken).toBeNull();
    const { stdout } = await computer.bash('VBoxManage list vms; VBoxManage list hostonlyifs');
    expect(stdout).toBe('');
  });
});
