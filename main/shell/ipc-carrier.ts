/**
 * Carries the contract over Electron's ipc. Only the top frame of a window we made, showing our own page, is
 * listened to; the contract then checks what it says.
 */
import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { ServerCarrier } from '../contract/bind.ts';
import { appOrigin } from './app-scheme.ts';

const trusted = new Set<WebContents>();

/** From now on until it is destroyed, these contents may speak. */
export function trust(contents: WebContents): void {
  trusted.add(contents);
  contents.once('destroyed', () => trusted.delete(contents));
}

export function isTrusted(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return (
    trusted.has(event.sender) &&
    frame !== null &&
    frame.parent === null &&
    frame.url.startsWith(`${appOrigin}/`)
  );
}

export const ipcCarrier: ServerCarrier = {
  handle: (channel, answer) => {
    ipcMain.handle(channel, (event, raw: unknown) =>
      isTrusted(event)
        ? answer(raw)
        : { ok: false, error: { code: 'bad-request', message: 'This page may not ask.' } },
    );
  },
  emit: (channel, payload) => {
    for (const contents of trusted) if (!contents.isDestroyed()) contents.send(channel, payload);
  },
};
