/** The menu of the right mouse button: copy and paste where they make sense. */
import { Menu, type BrowserWindow } from 'electron';

export function addContextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_, { isEditable, editFlags, selectionText }) => {
    if (!isEditable && selectionText === '') return;
    Menu.buildFromTemplate([
      { role: 'copy', enabled: editFlags.canCopy },
      ...(isEditable ? ([{ role: 'paste' }, { role: 'selectAll' }] as const) : []),
    ]).popup({ window });
  });
}
