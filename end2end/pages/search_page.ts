import type { Locator, Page } from "@playwright/test";

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

  #under(heading: string): Locator {
    const kind = this.page.locator(".finder__kind").filter({ has: this.page.getByRole("heading", { name: heading }) });
    return kind.getByRole("listitem");
  }
}
