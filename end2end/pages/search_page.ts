import { type APIResponse, expect, type Locator, type Page } from "@playwright/test";

import type { Words } from "./words.ts";

/** `/search`: the field, and what was found; everywhere, or in one conversation where it is called so. */
export class SearchPage {
  constructor(
    readonly page: Page,
    readonly words: Words,
    /** Whether the page's scripts run. */
    private readonly live: boolean,
    /** What it is called. */
    private readonly name = words.search_conversations,
  ) {}

  get field(): Locator {
    return this.page.getByRole("searchbox", { name: this.name });
  }

  /** Says how much was found. */
  get count(): Locator {
    return this.page.locator(".finder__count");
  }

  /** All that was found. */
  get hits(): Locator {
    return this.page.locator(".hits").getByRole("listitem");
  }

  /** The conversations whose titles were found. */
  get titles(): Locator {
    return this.#under(this.words.search_titles);
  }

  /** The messages that were found. */
  get messages(): Locator {
    return this.#under(this.words.search_messages);
  }

  /** The list of folders to search in. */
  get folder(): Locator {
    return this.page.getByRole("combobox", { name: this.words.folder, exact: true });
  }

  /** The list of tags. */
  get tag(): Locator {
    return this.page.getByRole("combobox", { name: this.words.tag, exact: true });
  }

  /** Leads to the same words in all conversations. */
  get clear(): Locator {
    return this.page.getByRole("link", { name: this.words.filter_clear, exact: true });
  }

  /** What there is instead of a name that there is not. */
  offer(name: string): Locator {
    return this.page.locator(".finder__offers").getByRole("link", { name, exact: true });
  }

  /** What was found in the conversation at that path. */
  within(path: string): Locator {
    return this.page.locator(`.hit__link[href^="${path}"]`);
  }

  /** What was found in others. */
  elsewhere(path: string): Locator {
    return this.page.locator(`.hit__link:not([href^="${path}"])`);
  }

  get more(): Locator {
    return this.page.getByRole("link", { name: this.words.load_more });
  }

  async open(): Promise<void> {
    await this.page.goto("/search");
    await this.alive();
  }

  /** Alive is the page when it has put the cursor into the field. */
  async alive(): Promise<void> {
    await this.field.waitFor();
    if (this.live) await this.page.waitForFunction(() => document.activeElement?.id === "search-words");
  }

  /** Types words; without scripts the form is sent. */
  async find(sought: string): Promise<void> {
    await this.field.fill(sought);
    if (!this.live) await this.field.press("Enter");
    await this.page.waitForURL((url) => url.searchParams.get("words") === sought);
  }

  /** Types names and words, and sends them. */
  async send(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** Chooses in one of the lists; without scripts the form is sent. */
  async choose(list: Locator, label: string): Promise<void> {
    await list.selectOption({ label });
    if (!this.live) await this.field.press("Enter");
  }

  /** Puts the conversation at that path into a new folder, and a word to it, as its own pages do. */
  async file(path: string, folder: string, tag: string): Promise<void> {
    const id = path.slice("/c/".length);
    const made = await this.#call("folders.create", { name: folder });
    await this.#call("folders.put", { folder: String(await made.json()), "ids[]": id });
    await this.#call("tags.put", { tag, "ids[]": id });
  }

  async #call(name: string, form: Record<string, string>): Promise<APIResponse> {
    const answer = await this.page.request.post(`/fn/${name}`, { form });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer;
  }

  #under(heading: string): Locator {
    const kind = this.page.locator(".finder__kind").filter({ has: this.page.getByRole("heading", { name: heading }) });
    return kind.getByRole("listitem");
  }
}
