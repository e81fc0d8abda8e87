import type { Locator, Page } from "@playwright/test";

import type { Words } from "./words.ts";

/** The conversations and the account: beside the conversation, or a drawer over it on a narrow screen. */
export class Sidebar {
  constructor(
    readonly page: Page,
    readonly words: Words,
  ) {}

  get view(): Locator {
    // A closed drawer is there, though nobody sees it.
    return this.page.getByRole("navigation", { name: this.words.conversations, includeHidden: true });
  }

  get drawerButton(): Locator {
    return this.page.getByTitle(this.words.open_menu);
  }

  /** The conversation of this title. */
  conversation(title: string | RegExp): Locator {
    return this.view.getByRole("listitem").filter({ has: this.page.getByRole("link", { name: title }) });
  }

  /** The links to conversations, seen or not. */
  get links(): Locator {
    return this.view.locator('[href^="/c/"]:not([href*="?"])');
  }

  get titleField(): Locator {
    return this.page.getByRole("textbox", { name: this.words.title });
  }

  /** Says that a conversation was deleted. */
  get toast(): Locator {
    return this.page.getByRole("status").locator(".toast").filter({ hasText: this.words.deleted });
  }

  /** Opens the drawer where there is one and it is closed. */
  async reveal(): Promise<void> {
    if (await this.view.isVisible()) return;
    await this.drawerButton.click();
    await this.view.waitFor({ state: "visible" });
  }

  /** Begins to rename the only conversation. */
  async rename(): Promise<void> {
    await this.#act(this.view.getByRole("link", { name: new RegExp(`^${this.words.rename}`) }));
  }

  /** Deletes the only conversation. */
  async delete(): Promise<void> {
    await this.#act(this.view.getByRole("button", { name: new RegExp(`^${this.words.delete}`) }));
  }

  async openAccountMenu(): Promise<void> {
    await this.reveal();
    await this.view.locator(".account > summary").click();
  }

  async signOut(): Promise<void> {
    await this.openAccountMenu();
    await this.page.getByRole("button", { name: this.words.sign_out }).click();
  }

  /** A conversation shows what can be done with it when it is pointed at. */
  async #act(control: Locator): Promise<void> {
    await this.reveal();
    await this.view.getByRole("listitem").filter({ has: this.page.getByRole("link") }).first().hover();
    await control.click();
  }
}
