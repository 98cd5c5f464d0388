// A sandboxed preload is CommonJS.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('shell', {
  ready: () => ipcRenderer.send('ready'),
  input: (data) => ipcRenderer.send('input', data),
  parsed: (length) => ipcRenderer.send('parsed', length),
  onData: (listener) => ipcRenderer.on('data', (_, data) => listener(data)),
});
