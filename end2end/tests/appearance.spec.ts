import { expect, signIn, test } from "../fixtures.ts";

test("habits are in the document that the server sends, on every device", async ({ browser, page, chat, settings, server, account, words, locale }) => {
  await chat.alive();
  await settings.open("/appearance");
  await settings.field(words.density).selectOption("compact");
  await settings.field(words.text_size).selectOption("largest");
  await settings.field(words.send_key).selectOption("command");
  await settings.saveAppearance.click();
  const html = page.locator("html");
  await expect(html).toHaveAttribute("data-text-size", "largest");
  await expect(html).toHaveAttribute("data-density", "compact");
  await expect(page.getByRole("status").filter({ hasText: words.saved })).toBeVisible();
  await expect(settings.field(words.text_size)).toHaveValue("largest");
  expect(await html.evaluate((element) => getComputedStyle(element).fontSize)).toBe("20px");

  const document = await (await page.request.get("/")).text();
  expect(document).toMatch(/<html[^>]* data-text-size="largest"/);

  const device = await browser.newContext({ baseURL: server.origin, locale: locale ?? "en-US" });
  const elsewhere = await device.newPage();
  await signIn(elsewhere, account);
  await expect(elsewhere.locator("html")).toHaveAttribute("data-density", "compact");
  await device.close();
});

test("a new conversation begins with the model that one has chosen", async ({ page, chat, settings, words }) => {
  await chat.alive();
  await settings.open("/appearance");
  const panel = settings.panel(words.default_model);
  await panel.getByRole("combobox").selectOption("qwen-flash");
  const kept = page.waitForResponse(/preferences\.set_default_model/);
  await panel.getByRole("button", { name: words.save, exact: true }).click();
  await kept;
  await page.goto("/");
  await expect(page.getByRole("combobox", { name: words.model })).toHaveValue("qwen-flash");
});

test("the composer says what sends", { tag: "@desktop" }, async ({ page, chat, settings, words }) => {
  await chat.alive();
  await expect(page.getByText(words.send_hint, { exact: true })).toBeVisible();
  await settings.open("/appearance");
  await settings.field(words.send_key).selectOption("command");
  await settings.saveAppearance.click();
  await expect(page.locator("html")).toHaveAttribute("data-send", "command");
  await page.goto("/");
  await expect(page.getByText(words.send_hint_command, { exact: true })).toBeVisible();
  await expect(page.getByText(words.send_hint, { exact: true })).toBeHidden();
});

test("what is small enough for a mouse stays large enough for a finger", { tag: "@phone" }, async ({ page, chat, settings, words }) => {
  await chat.alive();
  await settings.open("/appearance");
  await settings.field(words.density).selectOption("compact");
  await settings.saveAppearance.click();
  await expect(page.locator("html")).toHaveAttribute("data-density", "compact");
  const box = await settings.saveAppearance.boundingBox();
  expect(box?.height ?? 0).toBeGreaterThanOrEqual(43.5);
});
