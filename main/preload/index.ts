/** The bridge: `window.hoplab`, derived from the contract's shape, and the terminals' channel. Nothing else. */
import { contextBridge, ipcRenderer } from 'electron';
import { connect, type ClientCarrier } from '../contract/bind.ts';
import { channels } from '../contract/channels.ts';
import type { Result } from '../contract/define.ts';
import type { AppContract } from '../contract/index.ts';

const carrier: ClientCarrier = {
  invoke: (channel, input) => ipcRenderer.invoke(channel, input) as Promise<Result<unknown>>,
  on: (channel, listener) => {
    // The page never sees Electron's event object.
    const wrapped = (_: unknown, payload: unknown) => {
      listener(payload);
    };
    ipcRenderer.on(channel, wrapped);
    return () => ipcRenderer.removeListener(channel, wrapped);
  },
};

contextBridge.exposeInMainWorld('hoplab', {
  ...connect<AppContract>(channels, carrier),
  /** Asks for the terminals' MessagePort; it arrives as a message `hoplab:terminals` on the window. */
  connectTerminals: () => {
    ipcRenderer.send('terminals:connect');
  },
});

ipcRenderer.on('terminals:port', ({ ports }) => {
  // A MessagePort cannot cross the context bridge; a posted message can carry it.
  window.postMessage('hoplab:terminals', window.location.origin, [...ports]);
});
