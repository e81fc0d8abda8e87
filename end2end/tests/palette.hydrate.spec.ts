import { findings } from "../accessible.ts";
import { expect, test } from "../fixtures.ts";
import { InputMethod } from "../pages/input_method.ts";
import { Palette } from "../pages/palette.ts";
import { fill, wordsOf } from "../pages/words.ts";

test.describe("by the keyboard", { tag: "@desktop" }, () => {
  test("it opens over any page, with the cursor in its field, and gives the keyboard back", async ({ page, chat, settings, words }) => {
    const palette = new Palette(page, words);
    await chat.alive();
    await chat.prompt.fill("half a thought");
    await palette.open();
    await page.keyboard.type("x");
    await expect(palette.field).toHaveValue("x");
    await page.keyboard.press("Escape");
    await expect(palette.view).toBeHidden();
    await expect(chat.prompt).toBeFocused();
    await expect(chat.prompt).toHaveValue("half a thought");

    await settings.open("/appearance");
    await palette.open();
    await expect(palette.field).toHaveValue("");
    await page.keyboard.press("Control+k");
    await expect(palette.view).toBeHidden();
  });

  test("the keys walk through the list while the cursor stays", async ({ page, chat, words }) => {
    const palette = new Palette(page, words);
    await chat.alive();
    await palette.open();
    const named = async () => {
      const id = (await palette.field.getAttribute("aria-activedescendant")) ?? "";
      expect(await palette.active.getAttribute("id"), "one is chosen, and the field names it").toBe(id);
      return id;
    };
    await expect(palette.under(words.palette_pages).first()).toBeVisible();
    const count = await palette.options.count();
    const at = (place: number) => expect(palette.options.nth(place)).toHaveAttribute("aria-selected", "true");
    await at(0);
    for (const [key, place] of [
      ["ArrowDown", 1],
      ["ArrowUp", 0],
      ["ArrowUp", count - 1],
      ["ArrowDown", 0],
      ["End", count - 1],
      ["Home", 0],
    ] as const) {
      await page.keyboard.press(key);
      await at(place);
      await named();
    }
    await page.keyboard.press("End");
    await expect(palette.active).toBeInViewport({ ratio: 0.9 });
    await expect(palette.field).toBeFocused();
  });

  test("things to do are found in both languages and done", async ({ page, chat, words, locale }) => {
    const palette = new Palette(page, words);
    await chat.alive();
    await palette.perform(words.theme_dark);
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

    const other = wordsOf(locale?.startsWith("zh") ? "en" : "zh");
    await palette.open();
    await palette.field.fill(other.images);
    await expect(palette.active).toContainText(words.images);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/images$/);

    await palette.perform(words.settings_security);
    await expect(page).toHaveURL(/\/settings\/security$/);
    await palette.perform(words.shortcuts);
    await expect(page.getByRole("dialog", { name: words.shortcuts })).toBeVisible();
  });

  test("conversations are found by what was said, and all texts are searched last", async ({ page, chat, sidebar, questions, words }) => {
    const palette = new Palette(page, words);
    await chat.ask(questions.poem);
    await chat.answered();
    const { path } = chat;
    await page.goto("/images");
    await palette.openFrom(sidebar);
    await expect(palette.under(words.palette_recent)).toHaveCount(1);
    await palette.field.fill("poem");
    await expect(palette.under(words.conversations).first()).toBeVisible();
    await expect(palette.view.locator("mark").first()).toHaveText(/poem/i);
    await palette.under(words.conversations).first().click();
    await expect(page).toHaveURL((url) => url.pathname === path);

    await palette.open();
    await palette.field.fill("poem");
    await page.keyboard.press("End");
    await expect(palette.active).toHaveText(fill(words.palette_everything, { words: "poem" }));
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL((url) => url.pathname === "/search" && url.searchParams.get("words") === "poem");
  });

  test("the open conversation is kept in order, and deleted with undo", async ({ page, chat, sidebar, questions, words }) => {
    const palette = new Palette(page, words);
    await chat.ask(questions.poem);
    await chat.answered();
    await palette.perform(words.palette_pin);
    await expect(page.getByRole("button", { name: words.unpin, exact: true })).toBeVisible();
    await palette.perform(words.palette_unpin);
    await expect(page.getByRole("button", { name: words.pin, exact: true })).toBeVisible();
    await palette.perform(words.palette_delete);
    await expect(sidebar.toast).toBeVisible();
    await expect(page).toHaveURL((url) => url.pathname === "/");
    await palette.open();
    await palette.field.fill(words.palette_delete);
    await expect(palette.options, "there is nothing to delete here").toHaveCount(1);
  });

  test("nobody is offered what they may not see", async ({ page, chat, words }) => {
    const palette = new Palette(page, words);
    await chat.alive();
    await palette.open();
    await palette.field.fill(words.administration);
    await expect(palette.options).toHaveCount(1);
    await expect(palette.active).toContainText(fill(words.palette_everything, { words: words.administration }));
  });

  for (const system of ["macOS", "Windows"] as const) {
    test(`Enter that ends a Chinese composition chooses nothing (${system})`, async ({ page, chat, words }) => {
      const palette = new Palette(page, words);
      await chat.ask("春眠不觉晓");
      await chat.answered();
      const { path } = chat;
      const asked: string[] = [];
      page.on("request", (request) => {
        if (request.url().includes("conversations.search")) asked.push(new URLSearchParams(request.postData() ?? "").get("words") ?? "");
      });
      await palette.open();
      const input = await InputMethod.on(page);
      await input.compose("bujue");
      await input.pressEnter(system);
      await expect(palette.view).toBeVisible();
      await input.choose("不觉");
      await expect(palette.field).toHaveValue("不觉");
      await expect(palette.under(words.conversations).first().locator("mark").first()).toHaveText("不觉");
      expect(asked, "letters that are not chosen are not searched").toEqual(["不觉"]);
      expect(new URL(page.url()).pathname).toBe(path);
    });
  }
});

test("axe finds nothing serious in the palette and the sheet", async ({ page, chat, sidebar, questions, words }) => {
  const palette = new Palette(page, words);
  await chat.ask(questions.poem);
  await chat.answered();
  await palette.openFrom(sidebar);
  expect(await findings(page), "empty").toEqual([]);
  await palette.field.fill(questions.poem.slice(0, 4));
  await expect(palette.under(words.conversations).first()).toBeVisible();
  expect(await findings(page), "with hits").toEqual([]);
  await page.keyboard.press("Escape");
  await sidebar.openAccountMenu();
  await page.getByRole("button", { name: words.shortcuts }).click();
  await expect(page.getByRole("dialog", { name: words.shortcuts })).toBeVisible();
  expect(await findings(page), "sheet").toEqual([]);
});
