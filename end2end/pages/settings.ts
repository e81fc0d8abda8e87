import type { Locator, Page } from "@playwright/test";

import { fill, type Words } from "./words.ts";

/** `/settings` and what is below it. */
export class Settings {
  constructor(
    readonly page: Page,
    readonly words: Words,
    /** Whether the page's scripts run. */
    private readonly live: boolean,
  ) {}

  async open(path: "" | "/appearance" | "/security" | "/keys" | "/shares" | "/instructions" | "/memory" | "/privacy" = ""): Promise<void> {
    await this.page.goto(`/settings${path}`);
    await this.page.getByRole("heading", { level: 1 }).waitFor();
    // What is loaded twice would be typed into twice.
    if (this.live) await this.page.waitForLoadState("networkidle");
  }

  /** The part of a page under this heading. */
  panel(heading: string): Locator {
    return this.page.getByRole("region", { name: heading, exact: true });
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  /** Saves how the page is to be on every device; the other forms beside that one have a button of the same name. */
  get saveAppearance(): Locator {
    return this.panel(this.words.appearance_everywhere).getByRole("button", { name: this.words.save, exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Opens the question behind a button of a panel; the second button of that name is the answer. */
  async confirm(panel: Locator, name: string): Promise<void> {
    await panel.locator("summary").filter({ hasText: name }).first().click();
    await panel.locator("details[open]").getByRole("button", { name, exact: true }).click();
  }

  /** Sets an app up, as far as its first code. Gives the seed. */
  async beginCodes(): Promise<string> {
    await this.open("/security");
    await this.panel(this.words.totp_title).getByRole("button", { name: this.words.totp_begin }).click();
    await this.page.waitForURL(/\/settings\/security\/totp/);
    await this.page.getByRole("img", { name: this.words.totp_qr }).waitFor();
    return this.page.locator(".secret__text").innerText();
  }

  /** Says the first code of the app. */
  async confirmCodes(code: string): Promise<void> {
    await this.field(this.words.factor_code).fill(code);
    await this.button(this.words.totp_confirm).click();
  }

  /** The recovery codes that are shown once. */
  async recoveryCodes(): Promise<string[]> {
    await this.page.getByRole("heading", { name: this.words.recovery_new }).waitFor();
    return this.page.locator(".secret__codes code").allInnerTexts();
  }

  /** The account's own words for what confirms its end. */
  get deletionField(): Locator {
    return this.page.locator('input[name="typed_email"]');
  }

  /** A text with a blank filled. */
  fill(text: string, blanks: Record<string, string | number>): string {
    return fill(text, blanks);
  }
}
