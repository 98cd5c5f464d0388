/**
 * `app://bundle/…`: the window's own files and nothing else. Not `file://`, so the page has an origin of
 * its own and no way to the disk.
 */
import { readFile } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve } from 'node:path';
import { protocol } from 'electron';

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

/** The file a url names, or null when it is on another host or outside the folder. */
export function fileFor(folder: string, url: string): string | null {
  let host: string;
  let path: string;
  try {
    const parsed = new URL(url);
    host = parsed.host;
    path = decodeURIComponent(parsed.pathname);
  } catch {
    return null;
  }
  if (host !== 'bundle' || path.includes('\0')) return null;
  const file = resolve(folder, `.${path === '/' ? '/index.html' : path}`);
  const inside = relative(folder, file);
  return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? null : file;
}
