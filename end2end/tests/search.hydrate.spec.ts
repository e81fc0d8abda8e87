import { findings } from "../accessible.ts";
import { expect, test } from "../fixtures.ts";
import { InputMethod } from "../pages/input_method.ts";
import { Palette } from "../pages/palette.ts";
import { SearchPage } from "../pages/search_page.ts";

test("the keyboard leads to the search, through what was found and back", { tag: "@desktop" }, async ({ page, chat, questions, words, locale }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  const palette = new Palette(page, words);
  await palette.open();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/search$/);
  const search = new SearchPage(page, words, true);
  await expect(search.field).toBeFocused();
  await page.keyboard.type(locale?.startsWith("zh") ? "短诗" : "poe");
  await expect(search.messages.first()).toBeVisible();

  await page.keyboard.press("ArrowDown");
  await expect(search.titles.first().getByRole("link")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(search.field).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(search.messages.first().getByRole("link")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL((url) => url.pathname === path);
  await page.goBack();
  await expect(search.messages.first()).toBeVisible();
  await expect(search.field).toHaveValue(locale?.startsWith("zh") ? "短诗" : "poe");
});

test("letters that an input method shows are not searched", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.ask("春眠不觉晓");
  await chat.answered();
  const search = new SearchPage(page, words, true);
  await search.open();
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("conversations.search")) asked.push(new URLSearchParams(request.postData() ?? "").get("words") ?? "");
  });
  const input = await InputMethod.on(page);
  await input.compose("bujue");
  await input.pressEnter("Windows");
  await input.choose("不觉");
  await expect(search.messages.first().locator("mark")).toHaveText("不觉");
  expect(asked).toEqual(["不觉"]);
});

test("what is named in the field counts while one types, until it is chosen beside it", { tag: "@desktop" }, async ({ page, chat, questions, words, locale }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await page.goto("/");
  await chat.ask(questions.poem);
  await chat.answered();
  const search = new SearchPage(page, words, true);
  const sought = locale?.startsWith("zh") ? "短诗" : "poem";
  await search.file(path, "我的 诗", "雨");
  await search.open();
  await page.keyboard.type("文件夹：");
  await expect(page.getByText(words.search_which_folder)).toBeVisible();
  await page.keyboard.type("诗");
  await expect(search.offer("我的 诗")).toBeVisible();
  await search.field.fill("");
  await page.keyboard.type(`tag：雨 ${sought}`);
  await expect(search.messages.first()).toBeVisible();
  await expect(search.elsewhere(path)).toHaveCount(0);
  await expect(search.tag.locator("option:checked")).toHaveText("雨");
  await expect(search.field).toHaveValue(`tag：雨 ${sought}`);
  await search.choose(search.tag, words.tags_all);
  await expect(search.elsewhere(path)).not.toHaveCount(0);
  await expect(search.field).toHaveValue(sought);
  await search.choose(search.folder, "我的 诗");
  await expect(search.elsewhere(path)).toHaveCount(0);
  await search.messages.first().getByRole("link").click();
  await expect(page).toHaveURL((url) => url.pathname === path);
  await page.goBack();
  await expect(search.folder.locator("option:checked")).toHaveText("我的 诗");
  await search.clear.click();
  await expect(search.elsewhere(path)).not.toHaveCount(0);
  await expect(page.locator("#main"), "the link is gone").toBeFocused();
});

test("a letter and the palette lead to finding in the open conversation", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  const search = new SearchPage(page, words, true, words.find_here);
  const isThere = (url: URL) => url.pathname === "/search" && url.searchParams.get("conversation") === path.slice("/c/".length);
  await page.locator("#main").focus();
  await page.keyboard.press("f");
  await expect(page).toHaveURL(isThere);
  await expect(search.field).toBeFocused();

  await page.goBack();
  await expect(chat.question).toContainText(questions.poem);
  const palette = new Palette(page, words);
  await palette.perform(words.find_here);
  await expect(page).toHaveURL(isThere);
  await expect(search.field).toBeFocused();

  await palette.open();
  await palette.field.fill(words.find_here);
  await expect(palette.options, "no conversation is open here").toHaveCount(1);
});

test("a search within a conversation that failed is tried again", { tag: "@desktop" }, async ({ page, chat, questions, words, locale }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await page.locator("#main").focus();
  await page.keyboard.press("f");
  const search = new SearchPage(page, words, true, words.find_here);
  await search.alive();
  await page.route("**/conversations.find", (route) => route.abort());
  await search.find(locale?.startsWith("zh") ? "短诗" : "poem");
  await expect(page.getByRole("heading", { name: words.load_failed })).toBeVisible();
  await page.unroute("**/conversations.find");
  await page.getByRole("link", { name: words.try_again }).click();
  await expect(search.messages.first()).toBeVisible();
  await expect(page.getByRole("heading", { name: words.load_failed })).toHaveCount(0);
});

test("axe finds nothing serious in the search", async ({ page, chat, questions, words, locale }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  const search = new SearchPage(page, words, true);
  await search.open();
  await search.find(locale?.startsWith("zh") ? "短诗" : "poem");
  await expect(search.messages.first()).toBeVisible();
  await search.messages.last().getByRole("link").click();
  await expect(page.locator("[data-found]")).toBeInViewport();
  await page.goBack();
  await expect(search.messages.first()).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.goto(`/search?conversation=${path.slice("/c/".length)}&words=xyzzy`);
  await expect(page.getByText(words.find_nothing_hint)).toBeVisible();
  expect(await findings(page), "within a conversation").toEqual([]);
  await search.file(path, "A folder whose name is as long as names of folders may be…", "雨");
  await page.goto("/search?words=xyzzy");
  await search.choose(search.tag, "雨");
  await expect(page).toHaveURL((url) => url.searchParams.has("tag"));
  await expect(search.clear).toBeVisible();
  expect(await findings(page), "narrowed").toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await page.goto(`/search?words=${encodeURIComponent("folder:xyzzy tag:xyzzy")}`);
  await expect(search.offer("雨")).toBeVisible();
  expect(await findings(page), "names that there are not").toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
});
