/**
 * `app://bundle/…`: the window's own files and nothing else. Not `file://`, so the page has an origin of
 * its own and no way to the disk.
 */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { protocol } from 'electron';
import { fileFor } from './app-files.ts';

export const appOrigin = 'app://bundle';

/** `'unsafe-inline'` for styles only: xterm.js adds <style> elements and has no other way. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Before the app is ready: the scheme behaves like https as far as origins go, and no further. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true } },
  ]);
}

export function serveAppScheme(folder: string): void {
  protocol.handle('app', async ({ url, method }) => {
    const file = method === 'GET' ? fileFor(folder, url) : null;
    const content = file && (await readFile(file).catch(() => null));
    if (!file || !content) return new Response('Not found', { status: 404 });
    return new Response(content, {
      headers: {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      },
    });
  });
}
