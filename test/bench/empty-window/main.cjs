/** An empty Electron window, set up like the app's: what the app is compared with. */
// Electron's main module is CommonJS here, as the app's is.
/* eslint-disable @typescript-eslint/no-require-imports */
const { join } = require('node:path');
const { app, BrowserWindow } = require('electron');

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    autoHideMenuBar: true,
    webPreferences: { contextIsolation: true, sandbox: true, spellcheck: false },
  });
  void window.loadFile(join(__dirname, 'index.html'));
});
