import type { Locator, Page } from "@playwright/test";

import type { Words } from "./words.ts";

/** `/login`, `/register` and `/setup`. */
export class AccountForm {
  constructor(
    readonly page: Page,
    readonly words: Words,
  ) {}

  get name(): Locator {
    return this.page.getByLabel(this.words.name, { exact: true });
  }

  get email(): Locator {
    return this.page.getByLabel(this.words.email, { exact: true });
  }

  get password(): Locator {
    return this.page.getByLabel(this.words.password, { exact: true });
  }

  get problem(): Locator {
    return this.page.getByRole("alert");
  }

  async signIn(): Promise<void> {
    await this.page.getByRole("button", { name: this.words.sign_in, exact: true }).click();
  }

  async register(): Promise<void> {
    await this.page.getByRole("button", { name: this.words.register }).click();
  }
}

/** A choice that is offered everywhere: of the theme or of the language. */
export function choice(page: Page, group: string, option: string): Locator {
  return page.getByRole("group", { name: group }).getByRole("button", { name: option, exact: true });
}
