import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileFor } from '../../../main/shell/app-files.ts';

describe('fileFor', () => {
  test('names files of the bundle', () => {
    expect(fileFor('/app/renderer', 'app://bundle/index.html')).toBe('/app/renderer/index.html');
    expect(fileFor('/app/renderer', 'app://bundle/')).toBe('/app/renderer/index.html');
    expect(fileFor('/app/renderer', 'app://bundle/assets/a%20b.js?x=1#y')).toBe(
      '/app/renderer/assets/a b.js',
    );
  });

  test.each([
    'app://bundle/..%2f..%2fetc/passwd',
    'app://bundle/%2e%2e%2fsecret',
    'app://bundle/a%00.html',
    'app://other/index.html',
    'app://bundle.example/index.html',
    'app://bundle/%zz',
    'nonsense',
  ])('refuses %s', (url) => {
    expect(fileFor('/app/renderer', url)).toBeNull();
  });

  test('never leaves the folder', () => {
    const part = fc.constantFrom('..', '%2e%2e', '.', 'a', '%2f', '/', '\\', '%5c', '%25', '//');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const file = fileFor('/app/renderer', `app://bundle/${parts.join('')}`);
        if (file !== null) expect(file.startsWith('/app/renderer/')).toBe(true);
      }),
    );
  });
});
