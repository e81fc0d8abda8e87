import { expect, type Page, test } from "../fixtures.ts";

test.use({ serviceWorkers: "allow" });

/** Waits until the service worker answers for the page. */
async function guarded(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

test("a page that can't be had says so, and comes by itself when the network is back", async ({ context, page, chat, words }) => {
  await chat.alive();
  await guarded(page);
  await context.setOffline(true);
  await page.goto("/library");
  await expect(page.getByRole("heading", { name: "Liantai can’t be reached" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "连不上炼台" })).toBeVisible();
  expect(new URL(page.url()).pathname, "trying again leads on").toBe("/library");
  await context.setOffline(false);
  await expect(page.getByRole("heading", { name: words.library })).toBeVisible();
});

test("nothing is kept: neither pages nor answers, before and after one signs out", async ({ context, page, chat, sidebar, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await guarded(page);
  await page.reload();
  await expect(chat.answers).toHaveCount(1);
  const { path } = chat;
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
  await sidebar.signOut();
  await expect(page).toHaveURL(/\/login/);
  await guarded(page);
  await context.setOffline(true);
  await page.goto(path);
  await expect(page.getByRole("heading", { name: "Liantai can’t be reached" })).toBeVisible();
  await expect(page.getByText(questions.poem)).toHaveCount(0);
});

test("what another app hands over is kept as the draft at once, and leaves the address", async ({ page, chat }) => {
  await chat.alive();
  const kept = page.waitForResponse((response) => response.url().includes("/fn/conversations.save_draft"));
  await page.goto("/?share_title=spring&share_text=dawn");
  await expect(chat.prompt).toHaveValue("spring\ndawn");
  await kept;
  await expect(page).toHaveURL((url) => url.pathname === "/" && url.search === "");
  await page.goto("/");
  await expect(chat.prompt).toHaveValue("spring\ndawn");
});
