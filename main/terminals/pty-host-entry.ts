/** The utility process that holds the shells: bytes go from here to the window, past the main process. */
import type { HostCall, HostReply } from './client.ts';
import { PtyHost, type WindowPort } from './pty-host.ts';

/** What Electron puts on `process` in a utility process; typed here, so that this file stays free of it. */
interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: Port[] }) => void): void;
  start?(): void;
}
const parent = (process as unknown as { parentPort: Port }).parentPort;

const answer = (reply: HostReply) => {
  parent.postMessage(reply);
};
const host = new PtyHost((event) => {
  answer({ reply: 'event', event });
});

parent.on('message', ({ data, ports }) => {
  const [port] = ports;
  if (port) host.connectWindow(windowPort(port));
  else handle(data as HostCall);
});

function handle(message: HostCall): void {
  switch (message.call) {
    case 'open':
      host.open(message.id, message.spec, message.size);
      return;
    case 'input':
      host.input(message.id, message.data);
      return;
    case 'close':
      host.close(message.id);
      return;
    case 'tap':
      host.tap(message.id, message.on);
      return;
    case 'dispose':
      void host.dispose().then(() => {
        answer({ reply: 'disposed' });
      });
  }
}

function windowPort(port: Port): WindowPort {
  return {
    postMessage: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', ({ data }) => {
        listener(data);
      });
      port.start?.();
    },
  };
}
