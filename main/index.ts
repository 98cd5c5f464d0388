/** Electron's entry: the phases of a start and of an end, and nothing else. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app, BrowserWindow, nativeTheme, session } from 'electron';
import { createApp, type HoplabApp } from './app.ts';
import { serve } from './contract/bind.ts';
import { toFailure } from './contract/failure.ts';
import { contract } from './contract/index.ts';
import { registerAppScheme, serveAppScheme } from './shell/app-scheme.ts';
import { confirmClose } from './shell/confirm-close.ts';
import { chooseFolder } from './shell/choose-folder.ts';
import { openExternal } from './shell/external.ts';
import { guardContents, guardSession } from './shell/guards.ts';
import { ipcCarrier } from './shell/ipc-carrier.ts';
import { setMenu } from './shell/menu.ts';
import { startPtyHost } from './shell/pty-port.ts';
import { sayLeft } from './shell/say-left.ts';
import { readStartOptions, type StartOptions } from './shell/start-options.ts';
import { runTour } from './shell/tour.ts';
import { openWindow } from './shell/window.ts';
import type { PtyHostClient } from './terminals/client.ts';

const out = dirname(__dirname);
/**
 * How long the end may take; what is still there then is ended by the kernel with us. Not so a virtual machine: VirtualBox and
 * Vagrant need their time to take it away, and nobody else would.
 */
const disposeMs = { usual: 6_000, machines: 60_000 };

const options = readStartOptions(process.argv, process.env, process.getuid?.());
if (options.refuse) {
  console.error(options.refuse);
  app.exit(1);
} else if (beforeReady(options)) {
  void app
    .whenReady()
    .then(() => ready(options))
    .catch((error: unknown) => {
      console.error(error);
      app.exit(1);
    });
}

/** Answers false when another Hoplab already runs on this data folder; it then shows its window. */
function beforeReady({ dataDir }: StartOptions): boolean {
  // Root has no Chromium sandbox to enable: asking for it all the same ends every child process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerAppScheme();
  guardContents();
  mkdirSync(join(dataDir, 'tmp'), { recursive: true });
  app.setPath('userData', join(dataDir, 'electron'));
  // Chromium's lock is a socket below TMPDIR, and a socket's path has at most 107 characters.
  if (dataDir.length < 60) process.env['TMPDIR'] = join(dataDir, 'tmp');
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  return true;
}

async function ready({ dataDir, tour }: StartOptions): Promise<void> {
  serveAppScheme(join(out, 'renderer'));
  guardSession(session.defaultSession);
  const ptyHost = startPtyHost(join(__dirname, 'pty-host.cjs'));
  const hoplab = await createApp({
    dataDir,
    bundledLabs: findLabs(),
    version: app.getVersion(),
    build: `${app.getVersion()} ${String(statSync(__filename).mtimeMs)} ${String(statSync(__filename).size)}`,
    electron: process.versions.electron,
    ptyHost,
    openExternal,
    chooseFolder,
  });
  const announcer = serve(contract, hoplab.handlers, ipcCarrier);
  hoplab.connect({
    ...announcer,
    settings: {
      changed: (settings) => {
        if (settings.theme) nativeTheme.themeSource = settings.theme;
        announcer.settings.changed(settings);
      },
    },
  });
  const { settings } = await hoplab.handlers.app.snapshot();
  nativeTheme.themeSource = settings.theme ?? 'system';
  setMenu((id) => {
    announcer.app.command({ id });
  }, !app.isPackaged);
  onQuit(hoplab, ptyHost);
  const window = openWindow({
    preload: join(out, 'preload/index.cjs'),
    dataDir,
    devTools: !app.isPackaged,
    pageGone: () => {
      hoplab.pageGone();
    },
    mayClose: async (window) => {
      if (!hoplab.hasRunningLab || quitting) return true;
      const snapshot = await hoplab.handlers.app.snapshot();
      return confirmClose(window, snapshot.session?.title ?? null);
    },
  });
  if (tour) await guide(tour, hoplab, window, dataDir);
}

/** The window does a lab by itself and ends; exit status 1 when a check did not pass. */
async function guide(
  tour: NonNullable<StartOptions['tour']>,
  { handlers }: HoplabApp,
  window: BrowserWindow,
  dataDir: string,
): Promise<void> {
  await new Promise<void>((resolve) => {
    window.webContents.once('did-finish-load', () => {
      resolve();
    });
  });
  const folder = join(dataDir, 'tour');
  const say = (line: string): void => {
    console.log(line);
  };
  process.exitCode = 1;
  try {
    if (await runTour({ ...tour, folder, window, handlers, say })) process.exitCode = 0;
  } catch (error) {
    console.error(toFailure(error).message);
  }
  quitting = true;
  app.quit();
}

/** Set when the system, not the learner, ends the app: then nobody is asked. */
let quitting = false;

function onQuit(hoplab: HoplabApp, ptyHost: PtyHostClient): void {
  let disposed = false;
  app.on('window-all-closed', () => {
    app.quit();
  });
  app.on('will-quit', (event) => {
    if (disposed) return;
    event.preventDefault();
    const late = hoplab.handlers.app.snapshot().then(({ session }) => {
      const patience = session?.backend === 'vagrant' ? disposeMs.machines : disposeMs.usual;
      return new Promise((resolve) => setTimeout(resolve, patience));
    });
    const done = ptyHost.dispose().then(() => hoplab.dispose());
    void Promise.race([done, late])
      .catch(async (error: unknown) => {
        console.error(error);
        if (!quitting) await sayLeft(toFailure(error));
      })
      .finally(() => {
        disposed = true;
        app.exit(Number(process.exitCode ?? 0));
      });
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      quitting = true;
      app.quit();
    });
  }
}

/** The labs that came with the app: beside the code in the repository, in resources/ when packaged. */
function findLabs(): string {
  const places = [
    join(process.resourcesPath, 'labs'),
    ...['..', '../..', '../../..'].map((up) => join(__dirname, up, 'labs')),
  ];
  return places.find((place) => existsSync(place)) ?? join(out, 'labs');
}
