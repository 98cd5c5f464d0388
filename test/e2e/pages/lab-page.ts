/** The lab view as a learner uses it. */
import { expect, type Locator, type Page } from '@playwright/test';

export class LabPage {
  constructor(readonly page: Page) {}

  /** Opens a lab from the catalogue and waits until it runs. */
  async open(labId: string): Promise<void> {
    await this.page.getByTestId(`open-lab-${labId}`).click();
    await expect(this.page.getByTestId('phase')).toHaveAttribute('data-phase', 'running');
    await this.skipIntro();
  }

  /** The introduction comes a moment after the lab, and only to who has not seen it. */
  async skipIntro(): Promise<void> {
    const snapshot = await this.page.evaluate(() => window.hoplab.app.snapshot());
    if (!snapshot.ok || snapshot.value.settings.introSeen) return;
    await this.page.getByTestId('intro-skip').click();
  }

  get stepTitle(): Locator {
    return this.page.getByTestId('step-title');
  }
  check(id: string): Locator {
    return this.page.getByTestId(`check-${id}`);
  }
  command(number: number): Locator {
    return this.page.getByTestId(`command-${String(number)}`);
  }
  /** The first terminal on a node. */
  terminal(node: string): Locator {
    return this.page.getByTestId(`terminal-${node}`).first();
  }
  rule(id: string): Locator {
    return this.page.getByTestId(`rule-${id}`);
  }
  panel(node: string): Locator {
    return this.page.getByTestId(`panel-${node}`).first();
  }
  mapNode(id: string): Locator {
    return this.page.getByTestId(`map-node-${id}`);
  }

  async showPanel(node: string, kind: string): Promise<Locator> {
    await this.page.getByTestId(`panel-tab-${node}-${kind}`).first().click();
    return this.page.getByTestId(`panel-${node}-${kind}`).first();
  }

  /** Types into a terminal as a learner would. */
  async type(node: string, text: string): Promise<void> {
    await this.terminal(node).locator('textarea').focus();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** The text on a terminal's screen. Only the DOM renderer has it, which is used where there is no GPU. */
  async screen(node: string): Promise<string> {
    const rows = await this.terminal(node).locator('.xterm-rows > div').allTextContents();
    return rows.join('\n');
  }

  async shows(node: string, text: string | RegExp): Promise<void> {
    const pattern =
      typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
    await expect.poll(() => this.screen(node)).toMatch(pattern);
  }
}
