/** Which file an `app://` url names. Pure, so that every trick with dots and escapes can be tested. */
import { isAbsolute, relative, resolve } from 'node:path';

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
