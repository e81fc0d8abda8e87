import type { Locator, Page } from "@playwright/test";

import type { Words } from "./words.ts";

/** The menu of what can be taken along, and `/settings/import`. */
export class MovingPage {
  constructor(
    readonly page: Page,
    readonly words: Words,
  ) {}

  get #menu(): Locator {
    return this.page.locator(".take");
  }

  /** What the menu offers under that name. */
  item(name: string): Locator {
    return this.#menu.getByRole("link", { name, exact: true });
  }

  async openMenu(): Promise<void> {
    await this.#menu.locator("summary").click();
    await this.item(this.words.take_print).waitFor();
  }

  async closeMenu(): Promise<void> {
    if (await this.item(this.words.take_print).isVisible()) await this.#menu.locator("summary").click();
    await this.item(this.words.take_print).waitFor({ state: "hidden" });
  }

  async openImport(): Promise<void> {
    await this.page.goto("/settings/import");
    await this.page.getByRole("heading", { level: 1, name: this.words.import }).waitFor();
  }

  /** Sends a file of that name and waits for what came of it. */
  async send(name: string, text: string): Promise<void> {
    const file = { name, mimeType: "application/json", buffer: Buffer.from(text) };
    await this.page.locator('input[name="file"]').setInputFiles(file);
    await this.page.getByRole("button", { name: this.words.import_begin, exact: true }).click();
    await this.report.filter({ hasText: name }).waitFor();
  }

  /** What came of the newest file. */
  get report(): Locator {
    return this.page.locator(".import").first();
  }
}
