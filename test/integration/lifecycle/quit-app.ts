/** An app that ends while a call of it is under way, and says that call's number. */
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { run } from '../../../main/platform/run.ts';

const [, , folder = ''] = process.argv;
const look = async (): Promise<void> => {
  const pid = await readFile(`${folder}/pid`, 'utf8').catch(() => '');
  if (!pid.endsWith('\n')) return;
  process.stdout.write(pid);
  process.exit(0);
};
watch(folder, () => void look());
void run(['bash', '-c', 'echo $$ > "$1/pid"; exec sleep 300', '-', folder]);
