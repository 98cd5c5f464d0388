/**
 * The menu. What an item does is the window's business: it is told the item's id. Accelerators are shown but
 * not registered here, because a terminal must get its keys first; the window listens for them itself.
 */
import { Menu, type MenuItemConstructorOptions } from 'electron';

type Item = MenuItemConstructorOptions;

export function setMenu(send: (id: string) => void, devTools: boolean): void {
  const item = (label: string, id: string, accelerator?: string): Item => ({
    label,
    click: () => {
      send(id);
    },
    ...(accelerator && { accelerator, registerAccelerator: false }),
  });
  const line: Item = { type: 'separator' };
  const mac = process.platform === 'darwin';
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(mac ? [{ role: 'appMenu' } as Item] : []),
      {
        label: '&Lab',
        submenu: [
          item('All labs', 'catalog', 'CmdOrCtrl+Shift+L'),
          item('Command palette…', 'palette', 'CmdOrCtrl+K'),
          line,
          item('Undo all rules', 'undo-all'),
          item('Reset this step', 'reset-step'),
          item('Stop the lab', 'stop-lab'),
          line,
          item('Settings', 'settings', 'CmdOrCtrl+,'),
          line,
          { role: mac ? 'close' : 'quit' },
        ],
      },
      ...(mac ? [{ role: 'editMenu' } as Item] : []),
      {
        label: '&Step',
        submenu: [
          item('Next step', 'next-step', 'Alt+Right'),
          item('Previous step', 'previous-step', 'Alt+Left'),
          item('Show me', 'show-me'),
        ],
      },
      {
        label: '&Terminal',
        submenu: [
          item('Find in terminal', 'find', 'CmdOrCtrl+Shift+F'),
          item('Type into all', 'broadcast', 'CmdOrCtrl+Shift+B'),
        ],
      },
      {
        label: '&View',
        submenu: [
          item('Larger text', 'text-larger', 'CmdOrCtrl+='),
          item('Smaller text', 'text-smaller', 'CmdOrCtrl+-'),
          item('Presenter size', 'presenter', 'CmdOrCtrl+Shift+E'),
          line,
          { role: 'togglefullscreen' },
          ...(devTools ? [{ role: 'toggleDevTools' } as Item] : []),
        ],
      },
      {
        label: '&Help',
        submenu: [
          item('What this machine can do', 'health'),
          item('Show the introduction', 'intro'),
          item('About Hoplab', 'about'),
        ],
      },
    ]),
  );
}
