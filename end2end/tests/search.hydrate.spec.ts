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

test("axe finds nothing serious in the search", async ({ page, chat, questions, words, locale }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const search = new SearchPage(page, words, true);
  await search.open();
  await search.find(locale?.startsWith("zh") ? "短诗" : "poem");
  await expect(search.messages.first()).toBeVisible();
  await search.messages.last().getByRole("link").click();
  await expect(page.locator("[data-found]")).toBeInViewport();
  await page.goBack();
  await expect(search.messages.first()).toBeVisible();
  expect(await findings(page)).toEqual([]);
});
