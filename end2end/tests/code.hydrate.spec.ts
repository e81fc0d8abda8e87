import { expect, test } from "../fixtures.ts";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("a block of code is copied as it is", async ({ page, chat, questions, words }) => {
  await chat.ask(questions.code);
  await chat.answered();
  const block = chat.answer.locator("figure").first();
  const code = await block.locator("code").textContent();
  const copy = block.locator('[data-action="copy-code"]');
  await expect(copy).toHaveAccessibleName(words.copy);
  await copy.click();
  await expect(copy).toHaveAttribute("data-state", "copied");
  await expect(copy, "who doesn't see it hears it").toHaveAccessibleName(words.copied);
  await expect(copy).toHaveAccessibleName(words.copy);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
  expect(code).toContain("fn ");

  // Where nothing can be put there, that is seen and heard for a moment.
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
    document.execCommand = () => false;
  });
  await copy.click();
  await expect(block.getByRole("alert")).toHaveText(words.copy_failed);
  await expect(block.getByRole("alert")).toHaveCount(0);
});

test("an answer is copied as Markdown", async ({ page, chat, questions, words }) => {
  await chat.ask(questions.table);
  await chat.answered();
  await chat.action(words.copy).last().click();
  await expect(chat.action(words.copied)).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\|.*\|$/m);
});
