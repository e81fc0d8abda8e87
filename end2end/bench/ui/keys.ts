import type { Page } from "@playwright/test";

import { median } from "../measure.ts";
import type { Busy, MainThread } from "./main_thread.ts";

/** How long the page is watched after a key, and without one, in milliseconds. */
const WINDOW = 100;

const sum = (values: number[]) => values.reduce((all, one) => all + one, 0);
const tasks = (windows: Busy[]) => windows.map(({ task }) => task);
const walls = (windows: Busy[]) => windows.map(({ wall }) => wall);

/** What keys cost: windows of time in which one is typed, each followed by one in which none is. */
export class Keys {
  readonly #typing: Busy[] = [];
  readonly #quiet: Busy[] = [];

  constructor(
    private readonly page: Page,
    private readonly thread: MainThread,
  ) {}

  /** Types into what has the keyboard. */
  async type(letters: string): Promise<void> {
    for (const letter of letters) {
      const typing = await this.thread.during(async () => {
        await this.page.keyboard.type(letter);
        await this.page.waitForTimeout(WINDOW);
      });
      this.#typing.push(typing);
      this.#quiet.push(await this.thread.during(() => this.page.waitForTimeout(WINDOW)));
    }
  }

  /**
   * What a key adds, on average, and the windows themselves. One with a key is longer by what it takes to press that from outside, in which
   * the page does its other work too: taken off is what is done in as much time without.
   */
  get told(): string {
    const share = sum(tasks(this.#quiet)) / sum(walls(this.#quiet));
    const added = (sum(tasks(this.#typing)) - share * sum(walls(this.#typing))) / this.#typing.length;
    const middle = (windows: Busy[]) => `${median(tasks(windows)).toFixed(1)} in ${median(walls(windows)).toFixed(0)} ms`;
    return `${added.toFixed(1)} ms of work (aim: < 8); medians of ${this.#typing.length} windows: ${middle(this.#typing)} with a key, ${middle(this.#quiet)} without`;
  }
}
