/** The one window. */
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { appOrigin } from './app-scheme.ts';
import { addContextMenu } from './context-menu.ts';
import { trust } from './ipc-carrier.ts';
import { readBounds, smallest, writeBounds } from './window-bounds.ts';

export interface WindowOptions {
  preload: string;
  dataDir: string;
  devTools: boolean;
  /** The page has crashed, or one is there in its place. */
  pageGone: () => void;
  /** Asked before the window closes; false keeps it. */
  mayClose: (window: BrowserWindow) => Promise<boolean>;
}

/** So often a page that crashes is loaded again within this time. */
const mostCrashes = 3;
const crashWindowMs = 60_000;

/** The pane colours of the style sheet, so that nothing flashes before the page is painted. */
const background = { dark: '#0e1116', light: '#eef1f4' };

export function openWindow(options: WindowOptions): BrowserWindow {
  const { preload, dataDir, devTools, mayClose, pageGone } = options;
  const file = join(dataDir, 'window.json');
  const { maximized, ...bounds } = readBounds(
    file,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    autoHideMenuBar: true,
    title: 'Hoplab',
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: {
      preload,
      devTools,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  trust(window.webContents);
  addContextMenu(window);
  if (maximized) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
  });
  closeWithCare(window, file, mayClose);
  window.webContents.on('did-navigate', pageGone);
  window.webContents.on('render-process-gone', pageGone);
  reviveCrashed(window);
  void window.loadURL(`${appOrigin}/index.html`);
  return window;
}

/** A page that crashes is loaded again, as long as that helps: what it showed is the main process' and goes on. */
function reviveCrashed({ webContents }: BrowserWindow): void {
  const crashes: number[] = [];
  webContents.on('render-process-gone', (_, { reason }) => {
    crashes.push(Date.now());
    const recent = crashes.filter((at) => at > Date.now() - crashWindowMs);
    if (reason !== 'clean-exit' && recent.length <= mostCrashes) webContents.reload();
  });
}

function closeWithCare(
  window: BrowserWindow,
  file: string,
  mayClose: WindowOptions['mayClose'],
): void {
  let asking = false;
  let agreed = false;
  window.on('close', (event) => {
    writeBounds(file, { ...window.getNormalBounds(), maximized: window.isMaximized() });
    if (agreed) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void mayClose(window).then((yes) => {
      asking = false;
      agreed = yes;
      if (yes) window.close();
    });
  });
}
