/** Says what could not be taken away when the window was closed: there is no window any more to say it in. */
import { dialog } from 'electron';
import type { Failure } from '../contract/failure.ts';

export async function sayLeft({ message, hint = '' }: Failure): Promise<void> {
  await dialog.showMessageBox({
    type: 'warning',
    title: 'Hoplab',
    message,
    detail: hint,
    buttons: ['Close'],
    noLink: true,
  });
}
