/** Running one command of an operation, and saying what went wrong. */
import { LabFailure } from '../contract/failure.ts';
import type { Argv, ExecOptions, Transport } from '../transports/transport.ts';

/** Resolves with standard output; rejects with LabFailure `command-failed` unless the command ends with 0. */
export async function must(
  transport: Transport,
  argv: Argv,
  options?: ExecOptions,
): Promise<string> {
  const { code, stdout, stderr } = await transport.exec(argv, options);
  if (code === 0) return stdout;
  const said = stderr.trim().split('\n')[0] ?? '';
  throw new LabFailure(
    'command-failed',
    `${argv[0]} ended with ${String(code)}${said === '' ? '' : `: ${said}`}`,
    undefined,
    `$ ${argv.join(' ')}\n${stderr}${stdout}`,
  );
}

/** JSON an iproute2 tool printed; nothing is an empty list. */
export function parseJsonList(text: string): unknown[] {
  if (text.trim() === '') return [];
  const value = JSON.parse(text) as unknown;
  return Array.isArray(value) ? (value as unknown[]) : [];
}
