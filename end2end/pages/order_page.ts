import type { Locator, Page } from "@playwright/test";

import type { Words } from "./words.ts";

/** `/conversations`: the list, the archive and the trash, with a box at each conversation. */
export class OrderPage {
  constructor(
    readonly page: Page,
    readonly words: Words,
  ) {}

  /** The conversations that are there. */
  get lines(): Locator {
    return this.page.locator(".tidy__line");
  }

  async open(shelf: "kept" | "archive" | "trash"): Promise<void> {
    await this.page.goto(`/conversations?shelf=${shelf}`);
  }

  /** Ticks the first so many. */
  async choose(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await this.lines.nth(index).getByRole("checkbox").check();
    }
  }

  /** Does it with those that are ticked. */
  async act(name: string): Promise<void> {
    await this.page.locator(".tidy").getByRole("button", { name, exact: true }).click();
  }
}
