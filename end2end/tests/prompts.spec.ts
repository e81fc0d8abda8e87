import { expect, test } from "../fixtures.ts";

test("a prompt is kept, changed, found, deleted and taken back", async ({ page, chat, words }) => {
  await chat.alive();
  await page.goto("/prompts");
  await expect(page.getByText(words.prompts_none)).toBeVisible();
  await page.locator("summary").filter({ hasText: words.prompts_new }).click();
  await page.getByLabel(words.prompt_name, { exact: true }).fill("weekly");
  await page.getByLabel(words.prompt_text, { exact: true }).fill("Report about {{topic}}.");
  await page.getByRole("button", { name: words.save, exact: true }).click();
  const own = page.getByRole("list", { name: words.prompts }).getByRole("listitem");
  await expect(own).toHaveCount(1);
  await expect(own).toContainText("/weekly");

  await own.getByRole("link").click();
  await page.getByLabel(words.prompt_text, { exact: true }).fill("Summary of {{topic}}.");
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page).toHaveURL(/\/prompts(\?done=1)?$/);
  await expect(own).toContainText("Summary of {{topic}}.");

  await page.getByRole("searchbox", { name: words.prompts_search }).fill("nowhere");
  await page.getByRole("button", { name: words.search, exact: true }).last().click();
  await expect(page.getByText(words.prompts_nothing)).toBeVisible();
  await page.goto("/prompts");

  await own.getByRole("button").click();
  await expect(page.getByText(words.prompts_none)).toBeVisible();
  await page.getByRole("button", { name: words.undo }).click();
  await expect(own).toHaveCount(1);
  // WCAG 2.2.1: it stands until it is closed.
  await own.getByRole("button").click();
  await page.getByRole("link", { name: words.close, exact: true }).click();
  await expect(page.getByRole("button", { name: words.undo })).toHaveCount(0);
});

test("a prompt that everybody has is copied once", async ({ page, chat, words }) => {
  await chat.alive();
  await page.goto("/prompts");
  await page.getByRole("button", { name: words.prompt_copy }).first().click();
  await expect(page.getByRole("list", { name: words.prompts }).getByRole("listitem")).toHaveCount(1);
  await page.getByRole("button", { name: words.prompt_copy }).first().click();
  await expect(page.getByText(words.error_name_taken)).toBeVisible();
});
