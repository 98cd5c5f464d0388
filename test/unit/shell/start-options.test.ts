import { expect, test } from 'vitest';
import { readStartOptions } from '../../../main/shell/start-options.ts';

test('the data folder comes from the flag, else from the environment', () => {
  const env = { HOPLAB_DATA: '/data' };
  expect(readStartOptions(['--data-dir=/x/y'], env, 1000).dataDir).toBe('/x/y');
  expect(readStartOptions([], env, 1000).dataDir).toBe('/data');
});

test('only root may do without the sandbox', () => {
  expect(readStartOptions(['--no-sandbox'], {}, 0).refuse).toBeNull();
  expect(readStartOptions(['--no-sandbox'], {}, 1000).refuse).toContain('--no-sandbox');
  expect(readStartOptions([], {}, 1000).refuse).toBeNull();
});
