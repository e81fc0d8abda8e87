import { readFile } from "node:fs/promises";

import type { Browser } from "@playwright/test";

import { findings } from "../accessible.ts";
import { expect, type Page, test } from "../fixtures.ts";
import { MovingPage } from "../pages/moving_page.ts";
import { fill } from "../pages/words.ts";

/** A page of somebody who has no account and no cookies here. */
async function stranger(browser: Browser, locale: string | undefined, javaScriptEnabled: boolean): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled, ...(locale === undefined ? {} : { locale }) });
  return context.newPage();
}

/** Only where scripts run: the check is one. */
async function isAccessible(page: Page, live: boolean): Promise<void> {
  if (!live) return;
  expect(await findings(page)).toEqual([]);
}

/** Two questions of which the first has two answers, as ChatGPT writes them. */
const exportOfChatGpt = JSON.stringify([
  {
    title: "Tea and <b>rain</b>",
    create_time: 1_700_000_000,
    current_node: "c",
    mapping: {
      root: { id: "root", message: null, parent: null, children: ["a"] },
      a: {
        id: "a",
        parent: "root",
        children: ["b", "c"],
        message: { author: { role: "user" }, create_time: 1_700_000_001, content: { content_type: "text", parts: ["Which tea?"] } },
      },
      b: {
        id: "b",
        parent: "a",
        children: [],
        message: { author: { role: "assistant" }, content: { content_type: "text", parts: ["Oolong"] }, metadata: { model_slug: "gpt-4o" } },
      },
      c: {
        id: "c",
        parent: "a",
        children: [],
        message: { author: { role: "assistant" }, content: { content_type: "text", parts: ["**Pu-erh** <img src=x onerror=alert(1)>"] } },
      },
    },
  },
]);

test("a conversation is taken along in each form, and taken in again", async ({ page, chat, questions, words, javaScriptEnabled }) => {
  const live = javaScriptEnabled !== false;
  await chat.ask(questions.poem);
  await chat.answered();
  const moving = new MovingPage(page, words);
  const files: Record<string, string> = {};
  for (const [name, end] of [
    [words.take_markdown, "md"],
    [words.take_html, "html"],
    [words.take_json, "json"],
  ] as const) {
    await moving.openMenu();
    const download = page.waitForEvent("download");
    await moving.item(name).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${end}$`));
    files[end] = await readFile(await file.path(), "utf8");
    expect(files[end]).toContain(questions.poem);
    // Where no script closes it, it stays open.
    await moving.closeMenu();
  }
  expect(files["html"]).not.toContain("<script");

  await moving.openImport();
  await isAccessible(page, live);
  await moving.send("kept.json", files["json"] ?? "");
  await expect(moving.report).toContainText(fill(words.import_taken, { count: 1, messages: 2 }));
  await isAccessible(page, live);
  await moving.send("again.json", files["json"] ?? "");
  await expect(moving.report).toContainText(fill(words.import_already, { count: 1 }));
});

test("an export of ChatGPT is taken in with its branches, and runs nothing", { tag: "@desktop" }, async ({ page, chat, words }) => {
  const moving = new MovingPage(page, words);
  await moving.openImport();
  await moving.send("conversations.json", exportOfChatGpt);
  await expect(moving.report).toContainText(fill(words.import_of, { file: "conversations.json", format: "ChatGPT" }));
  await moving.report.getByRole("link", { name: "Tea and <b>rain</b>" }).click();
  await expect(page).toHaveURL(/\/c\//);
  await expect(chat.questions).toHaveText([/Which tea\?/]);
  await expect(chat.answer).toContainText("Pu-erh <img src=x onerror=alert(1)>");
  await expect(chat.answer.locator("strong")).toHaveText("Pu-erh");
  await expect(chat.branch(2, 2)).toBeVisible();
});

for (const [format, file, count, messages, title] of [
  ["Open WebUI", "open_webui.json", 2, 6, "Lanterns"],
  ["LobeChat", "lobechat.json", 2, 5, "下雨天的茶"],
] as const) {
  test(`an export of ${format} is taken in`, { tag: "@plain" }, async ({ page, chat, words }) => {
    const moving = new MovingPage(page, words);
    await moving.openImport();
    // The tests of the server look into these.
    const text = await readFile(new URL(`../../crates/platform/src/imports/tests/${file}`, import.meta.url), "utf8");
    await moving.send("export.json", text);
    await expect(moving.report).toContainText(fill(words.import_of, { file: "export.json", format }));
    await expect(moving.report).toContainText(fill(words.import_taken, { count, messages }));
    await expect(moving.report).toContainText(words.import_left_out);
    await moving.report.getByRole("link", { name: title }).click();
    await expect(page).toHaveURL(/\/c\//);
    await expect(chat.answer).toBeVisible();
  });
}

test("a file that is nothing of the kind is said to be so", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  const moving = new MovingPage(page, words);
  await moving.openImport();
  await moving.send("holiday.json", "hello");
  await expect(moving.report).toContainText(words.import_end_unreadable);
});

test("a link shows the conversation as it stood, until it is taken back", async ({ page, chat, questions, words, browser, locale, javaScriptEnabled }) => {
  const live = javaScriptEnabled !== false;
  await chat.ask(questions.poem);
  const said = await chat.answered();
  const { path } = chat;
  const moving = new MovingPage(page, words);
  await moving.openMenu();
  await moving.item(words.take_share).click();
  await expect(page.getByText(fill(words.share_conversation_count, { count: 2 }))).toBeVisible();
  await page.locator("summary").filter({ hasText: words.share }).click();
  await expect(page.getByText(words.share_conversation)).toBeVisible();
  await isAccessible(page, live);
  await page.getByRole("combobox", { name: words.share_for }).selectOption({ label: words.share_day });
  await page.getByRole("button", { name: words.share_make }).click();
  const link = await page.locator(".secret__text").innerText();
  expect(link).toMatch(/\/s\/[\w-]{43}$/);

  const visitor = await stranger(browser, locale, live);
  await visitor.goto(link);
  const shared = visitor.getByRole("main");
  await expect(shared).toContainText(questions.poem);
  await expect(shared).toContainText(said.slice(0, 12));
  expect(await visitor.context().cookies()).toEqual([]);
  await isAccessible(visitor, live);

  await page.goto(path);
  await chat.ask(questions.code);
  await chat.answered();
  await visitor.reload();
  await expect(shared).toContainText(questions.poem);
  await expect(shared).not.toContainText(questions.code);

  await page.goto("/settings/shares");
  const row = page.getByRole("row").filter({ has: page.getByRole("link") });
  await expect(row).toContainText(words.share_as_of);
  const at = async (cell: number) => Date.parse((await row.locator("td").nth(cell).locator("time").getAttribute("datetime")) ?? "");
  expect((await at(2)) - (await at(1)), "it works for a day").toBe(24 * 60 * 60 * 1_000);
  await row.getByRole("button", { name: new RegExp(`^${words.share_refresh}`) }).click();
  await expect(async () => {
    await visitor.reload();
    await expect(shared).toContainText(questions.code, { timeout: 1_000 });
  }).toPass();

  await row.locator("summary").filter({ hasText: words.share_revoke }).click();
  await row.getByRole("button", { name: words.share_revoke, exact: true }).click();
  await expect(page.getByText(words.shares_none)).toBeVisible();
  const gone = await visitor.reload();
  expect(gone?.status()).toBe(404);
  await visitor.context().close();
});

test("what is printed is the whole conversation and nothing else", { tag: "@desktop" }, async ({ page, chat, questions, words, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  const said = await chat.answered();
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".sidebar", ".dock", ".topbar__order", ".take"]) {
    await expect(page.locator(hidden).first()).toBeHidden();
  }
  await expect(chat.question).toBeVisible();
  await page.emulateMedia({ media: "screen" });

  await page.context().addInitScript(() => {
    window.print = () => document.documentElement.setAttribute("data-printed", "true");
  });
  const moving = new MovingPage(page, words);
  await moving.openMenu();
  const opening = page.context().waitForEvent("page");
  await moving.item(words.take_print).click();
  const sheet = await opening;
  await expect(sheet.getByRole("article")).toHaveCount(2);
  await expect(sheet.getByRole("article").first()).toContainText(questions.poem);
  await expect(sheet.getByRole("article").last()).toContainText(said.slice(0, 12));
  if (javaScriptEnabled !== false) await expect(sheet.locator("html")).toHaveAttribute("data-printed", "true");
  await sheet.emulateMedia({ media: "print" });
  await expect(sheet.locator(".paper__hint")).toBeHidden();
  await sheet.close();
});
