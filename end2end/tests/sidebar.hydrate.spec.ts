import { randomUUID } from "node:crypto";

import { findings } from "../accessible.ts";
import { expect, pace, test } from "../fixtures.ts";
import { InputMethod } from "../pages/input_method.ts";
import { Sidebar } from "../pages/sidebar.ts";

test("Enter that ends a Chinese composition renames nothing", { tag: "@desktop" }, async ({ page, chat, sidebar, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await sidebar.rename();
  await sidebar.titleField.fill("");
  const input = await InputMethod.on(page);
  await input.compose("yeyu");
  await input.pressEnter("macOS");
  await input.choose("夜雨");
  await expect(sidebar.titleField).toHaveValue("夜雨");
  await expect(async () => {
    if (await sidebar.titleField.isVisible()) await sidebar.titleField.press("Enter");
    await expect(sidebar.conversation("夜雨").first()).toBeVisible({ timeout: 200 });
  }).toPass();
});

test("Esc leaves the title as it was", { tag: "@desktop" }, async ({ page, chat, sidebar, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await sidebar.rename();
  await expect(sidebar.titleField, "where one goes on typing").toBeFocused();
  const title = await sidebar.titleField.inputValue();
  await sidebar.titleField.fill("something else");
  await sidebar.titleField.press("Escape");
  await expect(sidebar.titleField).toHaveCount(0);
  await expect(sidebar.links, "the keyboard is not lost").toBeFocused();
  await page.reload();
  await expect(sidebar.conversation(title).first()).toBeVisible();
});

test("a title that can't be is refused beside its field", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await sidebar.rename();
  await sidebar.titleField.fill("字".repeat(121));
  await page.getByRole("button", { name: words.save }).click();
  await expect(page.getByRole("alert")).toHaveText(words.error_invalid_title);
  await expect(sidebar.titleField).toHaveValue("字".repeat(121));
});

test("the title that the model writes reaches the open page", { tag: "@desktop" }, async ({ page, chat, sidebar, questions }) => {
  await chat.ask(questions.poem);
  const title = questions.poem.replace(/[.。]$/, "");
  await expect(sidebar.links).toHaveText(title);
  await expect(page.getByRole("heading", { name: title, level: 1, exact: true })).toBeVisible();
  await expect(page).toHaveTitle(new RegExp(`^${title} ·`));
});

test("another tab learns of a deletion", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const other = await chat.newTab(chat.path);
  await other.alive();
  // One that fails says so, and everything stays.
  await page.route("**/fn/conversations.delete", (route) => route.abort());
  await sidebar.delete();
  const failed = page.getByRole("alert").filter({ hasText: words.error_overloaded });
  await failed.getByRole("button", { name: words.close, exact: true }).click();
  await expect(failed).toHaveCount(0);
  await expect(sidebar.links).toHaveCount(1);
  await page.unroute("**/fn/conversations.delete");
  await sidebar.delete();
  const told = other.page.getByRole("status").filter({ hasText: words.deleted_elsewhere });
  await expect(told).toBeVisible();
  await sidebar.toast.getByRole("button", { name: words.undo }).click();
  await expect(told, "and that it is back").toHaveCount(0);
  await sidebar.delete();
  await expect(told.getByRole("link", { name: words.new_chat })).toHaveAttribute("href", "/");
  await told.getByRole("button", { name: words.restore, exact: true }).click();
  await expect(told, "from there too").toHaveCount(0);
});

// WCAG 2.2.1.
test("a deletion can be taken back for as long as one reads, and beside what is written", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words }) => {
  await page.clock.install();
  await page.reload();
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await sidebar.delete();
  await expect(page).toHaveURL((url) => url.pathname === "/");
  await expect(sidebar.toast).toBeVisible();
  await page.clock.fastForward(60_000);
  const kept = page.waitForResponse((response) => response.url().includes("conversations.save_draft") && response.ok());
  await chat.prompt.fill("half a thought");
  await kept;
  await expect(sidebar.toast).toBeInViewport({ ratio: 1 });
  expect(await findings(page)).toEqual([]);
  const [toast, composer] = [await sidebar.toast.boundingBox(), await page.locator(".composer").boundingBox()];
  expect((toast?.y ?? 0) + (toast?.height ?? 0)).toBeLessThanOrEqual(composer?.y ?? 0);
  await sidebar.toast.getByRole("button", { name: words.undo }).click();
  await expect(page).toHaveURL((url) => url.pathname === path);
  await expect(sidebar.toast).toHaveCount(0);

  await sidebar.delete();
  await expect(page).toHaveURL((url) => url.pathname === "/");
  await sidebar.toast.getByRole("link", { name: words.close, exact: true }).click();
  await expect(sidebar.toast).toHaveCount(0);
  await expect(page.locator("#main")).toBeFocused();
  await expect(chat.prompt).toHaveValue("half a thought");
});

// a conversation that is not open tells nobody.
test("what was begun and named elsewhere is listed when one comes back", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const other = await chat.newTab("/");
  await other.alive();
  const there = new Sidebar(other.page, words);
  await expect(there.links).toHaveCount(1);
  const comesBack = () => other.page.evaluate(() => window.dispatchEvent(new Event("focus")));

  await sidebar.rename();
  await sidebar.titleField.fill("雨 · Rain");
  await sidebar.titleField.press("Enter");
  await expect(sidebar.conversation("雨 · Rain").first()).toBeVisible();
  await comesBack();
  await expect(there.links).toHaveText("雨 · Rain");

  await page.goto("/");
  await chat.ask(questions.code);
  await chat.answered();
  await expect(there.links).toHaveCount(1);
  await comesBack();
  await expect(there.links).toHaveCount(2);
});

test("a folder that can't be opened says so, and is when that is tried again", { tag: "@desktop" }, async ({ page, chat, sidebar, words }) => {
  await chat.alive();
  await page.request.post("/fn/folders.create", { form: { name: "Rain" } });
  await page.goto("/");
  await chat.alive();
  await page.route("**/fn/folders.open*", (route) => route.abort());
  const folder = sidebar.view.locator(".folder");
  await folder.locator("summary").click();
  await expect(folder.getByText(words.load_failed)).toBeVisible();
  await page.unroute("**/fn/folders.open*");
  await folder.getByRole("button", { name: words.try_again }).click();
  await expect(folder.getByText(words.folder_empty)).toBeVisible();
  await expect(folder.getByText(words.load_failed)).toHaveCount(0);
});

test("a conversation that can't be loaded says so, and comes when that is tried again", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words }) => {
  await chat.ask(questions.poem);
  const text = await chat.answered();
  await sidebar.view.getByRole("link", { name: words.new_chat }).click();
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
  await page.route("**/fn/conversations.open*", (route) => route.abort());
  await sidebar.links.first().click();
  await expect(page.getByRole("heading", { name: words.load_failed })).toBeVisible();
  await page.unroute("**/fn/conversations.open*");
  await page.getByRole("link", { name: words.try_again, exact: true }).click();
  await expect(chat.question).toContainText(questions.poem);
  expect(await chat.text()).toBe(text);
});

test.describe("while an answer is written", () => {
  test.use({ configuration: pace.steady });

  test("a title that is being typed outlives the end of the answer", { tag: "@desktop" }, async ({ page, chat, sidebar, questions }) => {
    await chat.ask(questions.poem);
    await sidebar.rename();
    await sidebar.titleField.fill("夜");
    await chat.answered();
    await expect(sidebar.view.locator(".spinner")).toHaveCount(0);
    await expect(sidebar.titleField).toHaveValue("夜");
    await expect(sidebar.titleField).toBeFocused();
    await page.keyboard.type("雨");
    await page.keyboard.press("Enter");
    await expect(sidebar.conversation("夜雨").first()).toBeVisible();
    await expect(sidebar.links, "its line is a new one").toBeFocused();
  });
});

test("a menu over the page folds by Esc and by a press elsewhere", { tag: "@desktop" }, async ({ page, chat, sidebar, words }) => {
  await chat.alive();
  const menu = sidebar.view.locator(".account");
  await sidebar.openAccountMenu();
  await menu.getByRole("link", { name: words.settings, exact: true }).focus();
  await page.keyboard.press("Escape");
  await expect(menu).not.toHaveAttribute("open");
  await expect(menu.locator("summary")).toBeFocused();
  await sidebar.openAccountMenu();
  await expect(menu).toHaveAttribute("open");
  await chat.prompt.click();
  await expect(menu).not.toHaveAttribute("open");
});

test("conversations are listed by day, more of them on demand", async ({ page, chat, sidebar, server, questions, words }) => {
  const count = 70;
  for (let n = 1; n <= count; n += 1) {
    const form = { prompt: `${n}: ${questions.poem}`, model: "qwen-flash", submission: randomUUID() };
    expect((await page.request.post("/fn/generation.ask", { form })).ok()).toBe(true);
  }
  // Titles are written meanwhile; a list that changes under one's hands is another matter.
  await server.stop();
  await server.start();

  await page.goto("/");
  await chat.alive();
  await sidebar.reveal();
  await expect(sidebar.view.getByText(words.today, { exact: true })).toBeVisible();
  const listed = sidebar.view.getByRole("listitem").filter({ has: page.getByRole("link") });
  const more = sidebar.view.getByRole("button", { name: words.load_more });
  for (let before = await listed.count(); before < count; before = await listed.count()) {
    await more.click();
    await expect.poll(() => listed.count()).toBeGreaterThan(before);
  }
  await expect(more).toHaveCount(0);
  const addresses = await sidebar.links.evaluateAll((links) =>
    links.map((link) => link.getAttribute("href")),
  );
  expect(new Set(addresses).size, "each once").toBe(count);
  // Who deletes by the keyboard goes on at the next one, and from the last one at the one before.
  const bins = sidebar.view.getByRole("button", { name: new RegExp(`^${words.delete}`) });
  await bins.nth(1).focus();
  await page.keyboard.press("Enter");
  await expect(sidebar.links).toHaveCount(count - 1);
  await expect(sidebar.view.locator(`[href="${addresses[2]}"]`)).toBeFocused();
  await bins.last().focus();
  await page.keyboard.press("Enter");
  await expect(sidebar.links).toHaveCount(count - 2);
  await expect(sidebar.links.last()).toBeFocused();
  // What changes in the list takes none of them away again. On a phone the veil beside the drawer closes that first.
  await page.mouse.click(380, 500);
  await chat.ask(questions.poem);
  await chat.answered();
  await expect(sidebar.links).toHaveCount(count - 1);
});

test.describe("while an answer is written", () => {
  test.use({ configuration: pace.steady });

  test("the sidebar shows where", async ({ page, chat, sidebar, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.midAnswer(1);
    await sidebar.reveal();
    await expect(sidebar.view.getByRole("img", { name: words.is_generating })).toBeVisible();
    await expect(sidebar.view.getByRole("img", { name: words.is_generating })).toHaveCount(0, { timeout: 30_000 });
    expect(new URL(page.url()).pathname).toBe(chat.path);
  });

  test("an answer that ends where nobody looks is told of there", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.midAnswer(1);
    await sidebar.view.getByRole("link", { name: words.new_chat }).click();
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
    await expect(sidebar.view.getByRole("img", { name: words.is_generating })).toBeVisible();
    const unseen = sidebar.view.getByRole("img", { name: words.unseen_answer });
    await expect(unseen).toBeVisible({ timeout: 30_000 });
    await expect(sidebar.view.getByRole("img", { name: words.is_generating })).toHaveCount(0);
    const told = page.locator('.toast[data-kind="ended"]');
    await expect(told).toContainText(words.unseen_answer);
    await sidebar.links.first().click();
    await chat.answered();
    await expect(unseen).toHaveCount(0);
    await expect(told, "it is looked at").toHaveCount(0);
  });
});
