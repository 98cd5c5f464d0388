/** Opens links in the learner's browser, as far as they are allowed to leave the app. */
import { shell } from 'electron';
import { isAllowedLink } from './allowed-links.ts';

/** Answers whether a browser was asked to open it. */
export async function openExternal(url: string): Promise<boolean> {
  if (!isAllowedLink(url)) return false;
  try {
    await shell.openExternal(new URL(url).href);
    return true;
  } catch {
    return false;
  }
}
