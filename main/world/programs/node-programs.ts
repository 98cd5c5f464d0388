/** Every program of ours that a node has: path below /opt/hoplab → content. */
import { hostPrograms } from '../commands/client.ts';
import * as helpers from './helpers.ts';

export const nodePrograms: Readonly<Record<string, string>> = {
  'bin/sudo': helpers.sudo,
  'bin/systemctl': helpers.systemctl,
  'lib/service': helpers.service,
  'lib/udhcpc': helpers.udhcpcScript,
  ...hostPrograms,
};
