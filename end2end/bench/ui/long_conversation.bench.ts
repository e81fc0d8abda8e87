import type { Page } from "@playwright/test";

import { expect, register, test } from "../../fixtures.ts";
import { lengthen } from "../../lengthen.ts";
import { wordsOf } from "../../pages/words.ts";
import { answered, ask } from "../conversation.ts";
import { median, report } from "../measure.ts";
import { MainThread } from "./main_thread.ts";

test.use({ configuration: { LIANTAI__SIMULATOR__LATENCY_MS: "0", LIANTAI__SIMULATOR__SPEED: "0" } });
test.setTimeout(900_000);

const words = wordsOf("en-US");

/** Wheels up until the oldest message is there; gives how many messages the page holds then. */
async function scrollToStart(page: Page): Promise<number> {
  const messages = page.getByRole("article");
  await page.mouse.move(700, 400);
  for (;;) {
    await page.keyboard.press("Home");
    await page.mouse.wheel(0, -4_000);
    const more = await page.getByRole("link", { name: words.older }).count();
    const top = await page.locator("#main").evaluate((view) => view.scrollTop);
    if (more === 0 && top === 0) return messages.count();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

for (const length of [1_000, 10_000]) {
  const named = length.toLocaleString("en");

  test(`a conversation of ${named} messages`, async ({ page, account, server }) => {
    await register(page, account);
    const short = await ask(page, "Write me a short poem about ink.");
    await answered(page);
    await server.stop();
    const id = await lengthen(server.database, short, length, ["ink", "vermilion"]);
    await server.start();

    const thread = await MainThread.of(page);
    await page.goto(`/c/${id}`);
    await expect(page.locator(".composer__send")).toBeDisabled();
    await answered(page);
    report(`opening ${named} messages: longest piece of work`, `${(await thread.longest()).toFixed(0)} ms (aim: < 100)`);

    await page.locator("#main").focus();
    const held = await scrollToStart(page);
    expect(held).toBeGreaterThan(0);
    report(`… scrolling to its start: longest piece`, `${(await thread.longest()).toFixed(0)} ms (aim: < 100)`);
    await page.keyboard.press("End");
    await answered(page);
    report(`… and back to its end: longest piece`, `${(await thread.longest()).toFixed(0)} ms (aim: < 100)`);
    const { nodes, heap } = await thread.memory();
    report(`… nodes then, with ${held} messages held`, `${nodes.toLocaleString("en")} (aim: < 15,000)`);
    report(`… heap then`, `${(heap / 1e6).toFixed(1)} MB (aim: < 50)`);

    // Each key by itself, and the quiet between them taken off.
    const composer = page.locator("form.composer textarea");
    await composer.focus();
    const transcript = page.locator("#main");
    await transcript.evaluate((view) => {
      let changes = 0;
      new MutationObserver((list) => (changes += list.length)).observe(view, { subtree: true, childList: true, characterData: true });
      Object.assign(window, { changes: () => changes });
    });
    const keys: number[] = [];
    for (const key of "so many words, one by one") {
      const { task } = await thread.during(async () => {
        await page.keyboard.type(key);
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
      });
      const { task: quiet } = await thread.during(async () => {
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
      });
      keys.push(task - quiet);
    }
    const changes = await page.evaluate(() => (window as unknown as { changes: () => number }).changes());
    report(`… a key typed into the composer`, `${median(keys).toFixed(1)} ms of work, slowest ${Math.max(...keys).toFixed(1)} (aim: < 8); the transcript changed ${changes} times`);
    await composer.fill("");

    await thread.longest();
    await page.goto("/search?words=vermilion");
    await page.locator(".hits").getByRole("link").last().click();
    await expect(page.locator(".message[data-found]")).toBeVisible();
    report(`… a word at its start found and shown: longest piece`, `${(await thread.longest()).toFixed(0)} ms (aim: < 100)`);
  });
}
