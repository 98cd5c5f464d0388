/** Asks once before a running lab is stopped by closing the window. */
import { dialog, type BrowserWindow } from 'electron';

export async function confirmClose(window: BrowserWindow, lab: string | null): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Close Hoplab?',
    message: lab ? `“${lab}” is still running.` : 'A lab is still running.',
    detail:
      'Closing stops its machines and takes back every change. Your step and your notes are kept.',
    buttons: ['Keep it running', 'Stop the lab and close'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
