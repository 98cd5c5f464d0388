/** What the window finds outside its own modules. */
import type { AppClient } from '../main/contract/index.ts';

declare global {
  interface Window {
    hoplab: AppClient & { connectTerminals(): void };
  }
}
