import { expect, type Page, test } from "../fixtures.ts";
import { choice } from "../pages/forms.ts";
import { wordsOf } from "../pages/words.ts";

/** How light the page's background is as it is painted, from 0 to 1. */
async function lightness(page: Page): Promise<number> {
  return page.locator("html").evaluate((html) => {
    const brush = document.createElement("canvas").getContext("2d");
    if (!brush) throw new Error("nothing to paint with");
    brush.fillStyle = getComputedStyle(html).backgroundColor;
    brush.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = brush.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3 / 255;
  });
}

test("the theme follows the system until one is chosen", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/login");
  expect(await lightness(page)).toBeLessThan(0.3);
  await page.emulateMedia({ colorScheme: "light" });
  expect(await lightness(page)).toBeGreaterThan(0.9);
});

test("a chosen theme is in the document that the server sends, so nothing flashes", async ({ page, words, javaScriptEnabled }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/login");
  await choice(page, words.theme, words.theme_dark).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(() => lightness(page)).toBeLessThan(0.3);
  if (javaScriptEnabled !== false) {
    await expect(choice(page, words.theme, words.theme_dark)).toHaveAttribute("aria-pressed", "true");
    await expect(choice(page, words.theme, words.theme_system)).toHaveAttribute("aria-pressed", "false");
  }

  const document = await (await page.request.get("/login")).text();
  expect(document).toMatch(/<html[^>]* data-theme="dark"/);

  await page.reload();
  expect(await lightness(page)).toBeLessThan(0.3);
  await choice(page, words.theme, words.theme_system).click();
  await expect.poll(() => lightness(page)).toBeGreaterThan(0.9);
});

test("the browser's language is spoken, and another one can be chosen", async ({ page, words, locale }) => {
  await page.goto("/login");
  await expect(page.locator("html")).toHaveAttribute("lang", locale?.startsWith("zh") ? /^zh/ : /^en/);
  await expect(page.getByRole("heading", { name: words.sign_in_title })).toBeVisible();

  const [other, name] = locale?.startsWith("zh") ? [wordsOf("en"), "English"] : [wordsOf("zh"), "中文"];
  await choice(page, words.language, name).click();
  await expect(page.getByRole("heading", { name: other.sign_in_title })).toBeVisible();
  await page.goto("/register");
  await expect(page.getByRole("heading", { name: other.register_title })).toBeVisible();
});

test("theme and language are offered to those who are signed in as well", async ({ page, chat, sidebar, words, locale }) => {
  await chat.alive();
  await sidebar.openAccountMenu();
  await choice(page, words.theme, words.theme_dark).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  const [other, name] = locale?.startsWith("zh") ? [wordsOf("en"), "English"] : [wordsOf("zh"), "中文"];
  await page.goto("/");
  await sidebar.openAccountMenu();
  await choice(page, words.language, name).click();
  await expect(page.getByRole("heading", { name: other.greeting })).toBeVisible();
});
