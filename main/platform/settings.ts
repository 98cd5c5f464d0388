/** The learner's settings: read once, checked, written whole; a broken file is put aside and said. */
import { join } from 'node:path';
import { Settings, type SettingsChange } from '../contract/settings.ts';
import { loadJson, saveJson } from './json-file.ts';

export class SettingsStore {
  private saving: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private current: Settings,
    /** Where a file that could not be read was put, or null. */
    readonly putAside: string | null,
    private readonly onError: (error: unknown) => void,
  ) {}

  static async open(dataDir: string, onError: (error: unknown) => void): Promise<SettingsStore> {
    const file = join(dataDir, 'settings.json');
    const { value, putAside } = await loadJson(file, Settings);
    return new SettingsStore(file, value, putAside, onError);
  }

  get(): Settings {
    return this.current;
  }

  /** Takes checked changes and answers the whole. The file follows; a full disk is reported, not fatal. */
  set(changes: SettingsChange): Settings {
    this.current = Settings.parse({ ...this.current, ...changes });
    const value = this.current;
    this.saving = this.saving.then(() => saveJson(this.file, value)).catch(this.onError);
    return value;
  }

  settled(): Promise<void> {
    return this.saving;
  }
}
