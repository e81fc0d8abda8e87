import { expect, type Locator, type Page } from "@playwright/test";

import { fill, type Words } from "./words.ts";

/** `/` and `/c/{id}`: the transcript and the composer under it. */
export class ChatPage {
  constructor(
    readonly page: Page,
    readonly words: Words,
    /** Whether the page's scripts run. */
    private readonly live: boolean,
  ) {}

  /** Another tab of the same reader. */
  async newTab(path: string): Promise<ChatPage> {
    const tab = new ChatPage(await this.page.context().newPage(), this.words, this.live);
    await tab.page.goto(path);
    return tab;
  }

  /** What scrolls. */
  get transcript(): Locator {
    return this.page.locator("#main");
  }

  get prompt(): Locator {
    return this.page.getByRole("textbox", { name: this.words.ask_anything });
  }

  get sendButton(): Locator {
    return this.page.getByRole("button", { name: this.words.send, exact: true });
  }

  get stopButton(): Locator {
    return this.page.getByRole("button", { name: this.words.stop, exact: true });
  }

  get toBottomButton(): Locator {
    return this.page.getByRole("button", { name: this.words.to_bottom });
  }

  get offlineNotice(): Locator {
    return this.page.getByRole("status").filter({ hasText: this.words.offline });
  }

  get messages(): Locator {
    return this.page.getByRole("article");
  }

  get questions(): Locator {
    return this.#spokenBy(this.words.you);
  }

  get answers(): Locator {
    return this.#spokenBy(this.words.assistant);
  }

  /** The newest answer. */
  get answer(): Locator {
    return this.answers.last();
  }

  /** What can be done with the newest answer, by its name. */
  action(name: string): Locator {
    return this.answer.getByRole("button", { name, exact: true });
  }

  /** The newest question. */
  get question(): Locator {
    return this.questions.last();
  }

  /** What a message is edited in. */
  get editor(): Locator {
    return this.page.locator(".edit").getByRole("textbox");
  }

  /** The menu of what else can be done with a message. */
  get menu(): Locator {
    return this.page.getByRole("dialog", { name: this.words.message_actions });
  }

  /** Opens the menu of a message. */
  async openMenu(message: Locator): Promise<void> {
    await message.getByRole("button", { name: this.words.more, exact: true }).click();
    await expect(this.menu).toBeVisible();
  }

  /** Does what the menu of a message offers under that name. */
  async choose(message: Locator, name: string): Promise<void> {
    await this.openMenu(message);
    await this.menu.getByRole("button", { name, exact: true }).click();
    await expect(this.menu).toBeHidden();
  }

  /** Opens the editing box of the newest question. */
  async edit(): Promise<void> {
    await this.question.getByRole("button", { name: this.words.edit, exact: true }).click();
    await expect(this.editor).toBeFocused();
  }

  /** The newest answer's place among its siblings. */
  branch(index: number, count: number): Locator {
    return this.answer.getByText(fill(this.words.branch, { index, count }), { exact: true });
  }

  /**
   * Waits until an empty composer is alive. Where scripts run, it is then that *Send* has nothing to send; without
   * them the page is as it will ever be.
   */
  async alive(): Promise<void> {
    if (this.live) await expect(this.sendButton).toBeDisabled();
  }

  /** Types a question and sends it with the button, which every device has. */
  async ask(question: string): Promise<void> {
    await this.alive();
    await this.prompt.fill(question);
    await this.sendButton.click();
    await expect(this.questions.last()).toContainText(question);
    await expect(this.page).toHaveURL(/\/c\//);
  }

  /** The address of the open conversation. */
  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  /** Waits until the newest answer has so much text and is still being written; gives its text. */
  async midAnswer(characters = 60): Promise<string> {
    await expect.poll(async () => (await this.text()).length).toBeGreaterThan(characters);
    await expect(this.stopButton).toBeVisible();
    return this.text();
  }

  /** Waits until the newest answer is whole and gives its text. */
  async answered(): Promise<string> {
    await expect(this.action(this.words.regenerate)).toBeVisible({ timeout: 30_000 });
    return this.text();
  }

  /** The newest answer's text as it is read, without regard to white space. */
  async text(): Promise<string> {
    return (await this.answer.locator(".message__answer").innerText()).replace(/\s+/g, " ").trim();
  }

  #spokenBy(speaker: string): Locator {
    return this.messages.filter({ has: this.page.getByRole("heading", { name: speaker, level: 2, exact: true }) });
  }
}
