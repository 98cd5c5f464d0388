/** Does the steps of a lab as a person does: by clicks and keys, and sees the checks pass. */
import { expect, test, type Page } from '@playwright/test';
import type { LabPage } from './lab-page.ts';

/** Something a person does, and what they then see. */
export type Act = () => Promise<void>;

/** Walks a lab: does what the step asks, sees its checks pass, goes on. */
export class Walker {
  #step = 0;

  constructor(
    readonly lab: LabPage,
    readonly page: Page,
  ) {}

  /** The acts of one step, in order; then every check must pass by itself, and the next step is opened. */
  async step(title: string, ...acts: Act[]): Promise<void> {
    this.#step += 1;
    await test.step(`${String(this.#step)}. ${title}`, async () => {
      await expect(this.lab.stepTitle).toHaveText(title);
      for (const act of acts) await act();
      const checks = this.page.locator('[data-testid^="check-"][data-status]');
      await expect(checks).not.toHaveCount(0);
      for (const check of await checks.all()) {
        await expect(check, String(await check.textContent())).toHaveAttribute(
          'data-status',
          'passed',
          { timeout: 15_000 },
        );
      }
      const next = this.page.getByTestId('next-step');
      if (await next.isVisible()) await next.click();
    });
  }

  /** Clicks Insert on the n-th command of the text and presses Enter in its terminal. */
  click(number: number, node: string, expected?: string | RegExp): Act {
    return async () => {
      await this.page.getByTestId(`command-${String(number)}-insert`).click();
      await this.page.keyboard.press('Enter');
      if (expected !== undefined) await this.lab.shows(node, expected);
    };
  }

  type(node: string, line: string, expected?: string | RegExp): Act {
    return async () => {
      await this.lab.type(node, line);
      if (expected !== undefined) await this.lab.shows(node, expected);
    };
  }

  keys(node: string, ...keys: string[]): Act {
    return async () => {
      await this.lab.terminal(node).locator('.xterm-screen').click();
      for (const key of keys) await this.page.keyboard.press(key);
    };
  }

  predict(id: string, choice: number): Act {
    return () => this.page.getByTestId(`prediction-${id}-${String(choice)}`).click();
  }

  sees(node: string, panel: string, text: string | RegExp): Act {
    return async () => {
      await expect(await this.lab.showPanel(node, panel)).toContainText(text);
    };
  }

  apply(rule: string): Act {
    return async () => {
      await this.page.getByTestId(`rule-apply-${rule}`).click();
      await expect(this.lab.rule(rule)).toHaveAttribute('data-life', 'on');
    };
  }

  prompt(node: string): Act {
    return () => this.lab.shows(node, /\$ *\n*\s*$/);
  }
}
