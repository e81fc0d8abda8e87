import { expect, type Page, test } from "../fixtures.ts";
import { lengthen } from "../lengthen.ts";
import type { ChatPage } from "../pages/chat_page.ts";
import { SearchPage } from "../pages/search_page.ts";

/** How many messages show nothing: of them only the heading is there. */
function emptied(page: Page): Promise<number> {
  return page.locator(".message").evaluateAll((messages) => messages.filter((message) => message.children.length === 1).length);
}

/** Goes to the top until so many messages are there; gives how far the message that was first has moved meanwhile. */
async function goUp(chat: ChatPage, expected: number): Promise<() => Promise<number>> {
  let arrive = () => {};
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await chat.page.route("**/conversations.older", async (route) => {
    await awaited;
    await route.continue();
  });
  const first = await chat.messages.first().elementHandle();
  await chat.transcript.press("Home");
  await expect.poll(() => chat.transcript.evaluate((view) => view.scrollTop)).toBe(0);
  const before = (await first?.boundingBox())?.y ?? Number.NaN;
  arrive();
  await expect(chat.messages).toHaveCount(expected);
  await chat.page.unroute("**/conversations.older");
  return async () => Math.abs(((await first?.boundingBox())?.y ?? Number.NaN) - before);
}

test("older messages come on the way up and what is read stays where it is", async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await server.stop();
  const id = await lengthen(server.database, chat.path.slice("/c/".length), 120);
  await server.start();

  await page.goto(`/c/${id}`);
  await chat.alive();
  await expect(chat.messages).toHaveCount(50);
  await expect(chat.answer).toBeInViewport();
  for (const count of [100, 120]) {
    await expect.poll(await goUp(chat, count)).toBeLessThan(3);
  }
  await expect(page.getByRole("link", { name: words.older })).toHaveCount(0);
  const ids = await page.locator('form[action*="regenerate"] input[name="message"]').evaluateAll((inputs) =>
    inputs.map((input) => (input as HTMLInputElement).value),
  );
  expect(new Set(ids).size, "each once").toBe(60);
  expect(ids, "in order").toEqual([...ids].sort());
});

test("messages far from what is read are on paper, and away again afterwards", { tag: "@desktop" }, async ({ page, chat, server, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await server.stop();
  const id = await lengthen(server.database, chat.path.slice("/c/".length), 250);
  await server.start();

  await page.goto(`/c/${id}`);
  await chat.alive();
  for (const count of [100, 150, 200, 250]) await goUp(chat, count);
  await expect.poll(() => emptied(page)).toBeGreaterThan(0);

  await page.evaluate(() => {
    const left: number[] = [];
    Object.assign(window, { left });
    // The page listens already: what is empty when the next one is told is empty on paper.
    window.addEventListener("beforeprint", () => {
      const messages = [...document.querySelectorAll(".message")];
      left.push(messages.filter((message) => message.children.length === 1).length);
    });
  });
  await page.pdf();
  expect(await page.evaluate(() => (window as unknown as { left: number[] }).left)).toEqual([0]);
  await expect.poll(() => emptied(page)).toBeGreaterThan(0);
});

test("who searches by the browser is told what that leaves out, and led to where all is found", { tag: "@desktop" }, async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await server.stop();
  const id = await lengthen(server.database, path.slice("/c/".length), 120);
  await server.start();
  const told = page.getByRole("status").locator(".toast").filter({ hasText: words.find_left_out });
  /** Presses the browser's key; gives whether the page has left it to the browser. */
  const press = async () => {
    await page.evaluate(() => {
      // After all that listens for it.
      window.addEventListener("keydown", (event) => Object.assign(window, { left: !event.defaultPrevented }));
    });
    await page.keyboard.press("Control+f");
    return page.evaluate(() => (window as unknown as { left: boolean }).left);
  };

  await page.goto(path);
  await chat.alive();
  expect(await press()).toBe(true);
  await expect(told, "all of it is there").toHaveCount(0);

  await page.goto(`/c/${id}`);
  await chat.alive();
  expect(await press()).toBe(true);
  await expect(told).toBeVisible();
  await told.getByRole("button", { name: words.close }).click();
  await expect(told).toHaveCount(0);
  expect(await press()).toBe(true);
  await expect(told, "once").toHaveCount(0);

  await page.reload();
  await chat.alive();
  await press();
  await told.getByRole("link", { name: words.find_here }).click();
  const search = new SearchPage(page, words, true, words.find_here);
  await search.alive();
  await expect(page).toHaveURL((url) => url.searchParams.get("conversation") === id);
});
