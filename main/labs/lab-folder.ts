/** Reads files of a lab's folder and nothing outside it: labs come from strangers. */
import { promises as fs } from 'node:fs';
import path from 'node:path';

/** YAML, Markdown and placed files are text a person wrote; more than this is a mistake or an attack. */
export const maxFileBytes = 256 * 1024;

/** Why a file of the lab cannot be used; the message is for the lab's author. */
export class FolderError extends Error {}

/**
 * The text of `relative` inside `dir`. Rejects with FolderError when it is missing, leaves the folder through a symbolic link,
 * is no ordinary file, is too large (told by its size, before it is read), or is not UTF-8 text.
 */
export async function readLabText(dir: string, relative: string): Promise<string> {
  const file = path.join(dir, relative);
  const [root, real] = await Promise.all([realpath(dir, dir), realpath(file, relative)]);
  if (real !== root && !real.startsWith(root + path.sep)) {
    throw new FolderError(`${relative} leads out of the lab's folder`);
  }
  const stat = await fs.stat(real);
  if (!stat.isFile()) throw new FolderError(`${relative} is not a file`);
  if (stat.size > maxFileBytes) {
    throw new FolderError(
      `${relative} is ${String(Math.ceil(stat.size / 1024))} kB, more than ${String(maxFileBytes / 1024)} kB`,
    );
  }
  return decode(await fs.readFile(real), relative);
}

/** The names in a folder of the lab, sorted; empty when there is no such folder. */
export async function listLabFolder(dir: string, relative: string): Promise<string[]> {
  const folder = path.join(dir, relative);
  try {
    const [root, real] = await Promise.all([fs.realpath(dir), fs.realpath(folder)]);
    if (!real.startsWith(root + path.sep)) return [];
    return (await fs.readdir(real)).sort();
  } catch {
    return [];
  }
}

async function realpath(file: string, shown: string): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch {
    throw new FolderError(`${shown} does not exist`);
  }
}

function decode(bytes: Buffer, shown: string): string {
  if (bytes.includes(0)) throw new FolderError(`${shown} is binary, not text`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FolderError(`${shown} is not UTF-8 text`);
  }
}
