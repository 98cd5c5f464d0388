/** JSON Schemas of the lab format, for editors that complete and check YAML as it is typed. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { LabFile, StepFront } from '../contract/lab.ts';

const files = {
  'lab.schema.json': { schema: LabFile, title: 'lab.yaml of a Hoplab lab' },
  'step.schema.json': { schema: StepFront, title: 'front matter of a step of a Hoplab lab' },
} as const;

/** File name → its text. */
export function labSchemas(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, { schema, title }]) => {
      const json = { title, ...z.toJSONSchema(schema, { io: 'input' }) };
      return [name, `${JSON.stringify(json, null, 2)}\n`];
    }),
  );
}

/** Writes both into `labs/`. */
export async function writeSchemas(labsFolder: string): Promise<void> {
  for (const [name, text] of Object.entries(labSchemas())) {
    await fs.writeFile(path.join(labsFolder, name), text);
  }
}
