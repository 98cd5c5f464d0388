/**
 * The least that makes a terminal out of Electron, node-pty and xterm.js: a shell in the main process, its
 * output by IPC, flow control as the guide of xterm.js has it. `--size=<columns>x<rows>`.
 */
// Electron's main module is CommonJS here, as the app's is.
/* eslint-disable @typescript-eslint/no-require-imports */
const { join } = require('node:path');
const { app, BrowserWindow, ipcMain } = require('electron');
const { spawn } = require('@lydell/node-pty');

/** Unparsed characters above which the shell is paused, and below which it goes on. */
const pauseAbove = 500_000;
const resumeBelow = 50_000;

const flag = (name) => process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
const [columns, rows] = (flag('size') ?? '80x24').split('x').map(Number);

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    webPreferences: {
      preload: join(__dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      spellcheck: false,
    },
  });
  ipcMain.once('ready', () => {
    const shell = spawn('/bin/bash', ['--norc', '--noprofile'], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: '/',
      env: { PATH: process.env.PATH, TERM: 'xterm-256color', PS1: 'bare:/$ ' },
    });
    let waiting = 0;
    let paused = false;
    shell.onData((data) => {
      window.webContents.send('data', data);
      waiting += data.length;
      if (paused || waiting <= pauseAbove) return;
      paused = true;
      shell.pause();
    });
    ipcMain.on('parsed', (_, length) => {
      waiting -= length;
      if (!paused || waiting >= resumeBelow) return;
      paused = false;
      shell.resume();
    });
    ipcMain.on('input', (_, data) => shell.write(data));
  });
  const query = { columns: String(columns), rows: String(rows), webgl: flag('webgl') ?? '' };
  void window.loadFile('index.html', { query });
});
