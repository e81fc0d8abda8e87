import { expect, type Locator, type Page } from "@playwright/test";

import type { Sidebar } from "./sidebar.ts";
import type { Words } from "./words.ts";

/** The command palette, over whichever page. */
export class Palette {
  constructor(
    readonly page: Page,
    readonly words: Words,
  ) {}

  get view(): Locator {
    return this.page.getByRole("dialog", { name: this.words.palette });
  }

  get field(): Locator {
    return this.view.getByRole("combobox", { name: this.words.palette });
  }

  get options(): Locator {
    return this.view.getByRole("option");
  }

  /** The one that Enter chooses. */
  get active(): Locator {
    return this.view.getByRole("option", { selected: true });
  }

  /** What stands under a heading. */
  under(heading: string): Locator {
    return this.view.getByRole("group", { name: heading, exact: true }).getByRole("option");
  }

  /** Opens it by its key, as soon as the page is alive. */
  async open(): Promise<void> {
    await this.#opened(() => this.page.keyboard.press("Control+k"));
  }

  /** Opens it by the sidebar's link, which every device has. */
  async openFrom(sidebar: Sidebar): Promise<void> {
    await this.#opened(async () => {
      await sidebar.reveal();
      await sidebar.view.getByRole("link", { name: this.words.search, exact: true }).click();
    });
  }

  /** Types something and chooses what is found first. */
  async perform(typed: string): Promise<void> {
    await this.open();
    await this.field.fill(typed);
    await expect(this.active).toContainText(typed);
    await this.page.keyboard.press("Enter");
    await expect(this.view).toBeHidden();
  }

  /** Before a page is alive its keys do nothing, and its link leads to the page of the search. */
  async #opened(act: () => Promise<void>): Promise<void> {
    await expect(async () => {
      if (await this.view.isHidden()) await act();
      await expect(this.field).toBeFocused({ timeout: 3_000 });
    }).toPass();
  }
}
