/** What the app remembers about the learner's wishes. Every key has a default, so an old file still reads. */
import { z } from 'zod';
import { BoxName } from './names.ts';
import { BackendKind } from './session.ts';

export const Settings = z.object({
  version: z.literal(1).default(1),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  fontSize: z.number().int().min(9).max(32).default(13),
  /** Presenter size: everything larger, for beamers. */
  presenter: z.boolean().default(false),
  /** Where the machine has it; elsewhere bash. */
  shell: z.enum(['bash', 'zsh', 'fish']).default('bash'),
  /** Where labs are opened. */
  backend: BackendKind.default('sandbox'),
  /** The Vagrant box for machines whose lab names none; empty: the maintained one. */
  box: z
    .string()
    .refine((text) => text === '' || BoxName.safeParse(text).success, {
      error: 'not the name of a Vagrant box; such a name is bento/ubuntu-24.04',
    })
    .default(''),
  screenReader: z.boolean().default(false),
  /** What a click on a command does. */
  onCommandClick: z.enum(['insert', 'run']).default('insert'),
  introSeen: z.boolean().default(false),
  /** Percent of the window: walkthrough's width, terminals' share of the height. */
  layout: z
    .object({ walkthrough: z.number().min(15).max(70), terminals: z.number().min(15).max(85) })
    .default({ walkthrough: 30, terminals: 55 }),
});
export type Settings = z.infer<typeof Settings>;

/** Changes to some of them. Its own schema, because a default would put back what was not named. */
export const SettingsChange = z.object({
  theme: Settings.shape.theme.unwrap().optional(),
  fontSize: Settings.shape.fontSize.unwrap().optional(),
  presenter: Settings.shape.presenter.unwrap().optional(),
  shell: Settings.shape.shell.unwrap().optional(),
  backend: Settings.shape.backend.unwrap().optional(),
  box: Settings.shape.box.unwrap().optional(),
  screenReader: Settings.shape.screenReader.unwrap().optional(),
  onCommandClick: Settings.shape.onCommandClick.unwrap().optional(),
  introSeen: Settings.shape.introSeen.unwrap().optional(),
  layout: Settings.shape.layout.unwrap().optional(),
});
export type SettingsChange = z.infer<typeof SettingsChange>;
