/** What real VBoxManage (7.2.22) and Vagrant (2.3.8) printed, as files of test/fixtures/outputs. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../../../fixtures/outputs');

export interface Recording {
  name: string;
  argv: string;
  exit: number;
  stdout: string;
  stderr: string;
}

export function vbox(name: string): Recording {
  const text = readFileSync(path.join(folder, 'virtualbox', `${name}.txt`), 'utf8');
  const [, argv = '', exit = '', stdout = '', stderr = ''] =
    /^\$ VBoxManage (.*)\n# exit (\d+)\n# --- stdout\n([\s\S]*?)# --- stderr\n?([\s\S]*)$/.exec(
      text,
    ) ?? [];
  return { name, argv, exit: Number(exit), stdout, stderr };
}

export const allVbox = (): Recording[] =>
  readdirSync(path.join(folder, 'virtualbox'))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => vbox(name.replace('.txt', '')))
    .filter(({ argv }) => argv !== '');

export const vagrantText = (): string =>
  readFileSync(path.join(folder, 'vagrant-machine-readable.txt'), 'utf8');
