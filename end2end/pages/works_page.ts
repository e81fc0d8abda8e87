import { expect, type Locator, type Page } from "@playwright/test";

import { fill, type Words } from "./words.ts";

/** `/images`, `/videos`, `/speech` and `/library`. */
export class WorksPage {
  constructor(
    readonly page: Page,
    readonly words: Words,
    /** Whether the page's scripts run. */
    private readonly live: boolean,
  ) {}

  /** Opens one of the pages; with scripts, waits until it is alive. */
  async open(path: "/images" | "/videos" | "/speech" | "/library"): Promise<void> {
    await this.page.goto(path);
    if (this.live && path !== "/library") await this.alive();
  }

  /** Without a text nothing can be made: the button knows it as soon as the page is alive. */
  async alive(): Promise<void> {
    await expect(this.makeButton).toBeVisible();
    // What was not sent yet is there again when the page is alive.
    const isAlive = async () => (await this.prompt.inputValue()) !== "" || (await this.makeButton.isDisabled());
    await expect.poll(isAlive, { timeout: 20_000 }).toBe(true);
  }

  get prompt(): Locator {
    return this.page.locator('textarea[name="wish[prompt]"]');
  }

  get makeButton(): Locator {
    return this.page.getByRole("button", { name: this.words.make, exact: true });
  }

  get cost(): Locator {
    return this.page.locator(".wish__end .wish__cost");
  }

  get makings(): Locator {
    return this.page.getByRole("article");
  }

  /** The newest of them. */
  get making(): Locator {
    return this.makings.first();
  }

  get images(): Locator {
    return this.making.locator(".work-image");
  }

  get offlineNotice(): Locator {
    return this.page.getByRole("status").filter({ hasText: this.words.makings_offline });
  }

  get lightbox(): Locator {
    return this.page.getByRole("dialog", { name: this.words.lightbox });
  }

  /** The works on the library's shelf. */
  get shelf(): Locator {
    return this.page.locator(".shelf__place");
  }

  /** A choice among tiles. */
  choice(name: string, group: string): Locator {
    return this.page.getByRole("group", { name: group }).getByRole("radio", { name, exact: true });
  }

  async choose(name: string, group: string): Promise<void> {
    // The tile is seen; its radio is for screen readers.
    await this.page.getByRole("group", { name: group }).locator("label").filter({ hasText: new RegExp(`^${name}`) }).click();
  }

  /** Has something made and waits until it is done. */
  async make(prompt: string): Promise<void> {
    await this.prompt.fill(prompt);
    await this.makeButton.click();
    await expect(this.making).toContainText(prompt);
    await this.done();
  }

  async done(): Promise<void> {
    if (this.live) {
      await expect(this.making.getByText(this.words.making_done)).toBeVisible({ timeout: 30_000 });
      return;
    }
    await expect(async () => {
      await this.page.reload();
      await expect(this.making.getByText(this.words.making_done)).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 30_000 });
  }

  /** Puts a picture of this size, drawn here, into the field for one. */
  async upload(width: number, height: number): Promise<void> {
    const base64 = await this.page.evaluate(
      ([width, height]) => {
        const canvas = Object.assign(document.createElement("canvas"), { width, height });
        const context = canvas.getContext("2d")!;
        context.fillStyle = "#4a7";
        context.fillRect(0, 0, width!, height!);
        context.fillStyle = "#fff";
        context.fillRect(width! / 4, height! / 4, width! / 2, height! / 2);
        return canvas.toDataURL("image/png").split(",")[1]!;
      },
      [width, height],
    );
    const buffer = Buffer.from(base64, "base64");
    await this.page.locator('.upload input[type="file"]').setInputFiles({ name: "own.png", mimeType: "image/png", buffer });
    await expect(this.page.locator(".upload__picture")).toBeVisible();
  }

  /** What a text with blanks says. */
  says(text: string, blanks: Record<string, string | number>): string {
    return fill(text, blanks);
  }
}
