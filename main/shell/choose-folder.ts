/** Lets the learner choose a folder. */
import { BrowserWindow, dialog } from 'electron';

/** Its path, or null when they chose none. */
export async function chooseFolder(): Promise<string | null> {
  const options = {
    title: 'Open a folder with a Vagrantfile',
    buttonLabel: 'Open',
    properties: ['openDirectory' as const],
  };
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const { filePaths } = window
    ? await dialog.showOpenDialog(window, options)
    : await dialog.showOpenDialog(options);
  return filePaths[0] ?? null;
}
