/**
 * Starts the pty host in a utility process and gives the window a channel straight to it, so that terminal
 * output never passes through the main process.
 */
import { ipcMain, MessageChannelMain, utilityProcess, type UtilityProcess } from 'electron';
import {
  remotePtyHost,
  type HostProcess,
  type HostReply,
  type PtyHostClient,
} from '../terminals/client.ts';
import { isTrusted } from './ipc-carrier.ts';

/** The window asks for its channel, at every load. */
const connectChannel = 'terminals:connect';
/** …and gets it. */
const portChannel = 'terminals:port';

export function startPtyHost(entry: string): PtyHostClient {
  let running: UtilityProcess | null = null;
  let reconnect: () => void = () => undefined;
  const client = remotePtyHost(() => {
    running = utilityProcess.fork(entry, [], { serviceName: 'Hoplab terminals' });
    // After a crash the window must be led to the new process.
    reconnect();
    return hostProcess(running);
  });
  ipcMain.on(connectChannel, (event) => {
    if (!isTrusted(event)) return;
    reconnect = () => {
      if (event.sender.isDestroyed() || !running) return;
      const { port1, port2 } = new MessageChannelMain();
      running.postMessage({ call: 'window' }, [port1]);
      event.sender.postMessage(portChannel, null, [port2]);
    };
    reconnect();
  });
  return client;
}

function hostProcess(process: UtilityProcess): HostProcess {
  return {
    postMessage: (call) => {
      process.postMessage(call);
    },
    onMessage: (listener) => {
      process.on('message', (reply: HostReply) => {
        listener(reply);
      });
    },
    onLost: (listener) => {
      process.once('exit', listener);
    },
    kill: () => {
      process.kill();
    },
  };
}
