import { expect, pace, test } from "../fixtures.ts";
import { fill } from "../pages/words.ts";

test.describe("while an answer is written", () => {
  // So long that the answer has not ended before all of it was done.
  test.use({ configuration: pace.steady });

  test("what is typed waits, is edited, moved and withdrawn, and is answered in its order", async ({ page, chat, questions, words }) => {
    await chat.ask(questions.long);
    const queue = page.getByRole("region", { name: words.queue });
    const items = queue.getByRole("listitem");
    const add = page.getByRole("button", { name: words.queue_add });
    await expect(chat.stopButton).toBeVisible();
    for (const [place, text] of ["一", "二", "三"].entries()) {
      await chat.prompt.fill(text);
      await add.click();
      await expect(items).toHaveCount(place + 1);
      await expect(chat.prompt).toHaveValue("");
    }
    // Another tab, and this one after a reload, show the same.
    const other = await chat.newTab(chat.path);
    const there = other.page.getByRole("region", { name: words.queue }).getByRole("listitem");
    await expect(there).toHaveCount(3);
    await items.nth(2).getByRole("button", { name: words.queue_up }).click();
    await expect(items.nth(1)).toContainText("三");
    await expect(there.nth(1)).toContainText("三");
    await items.nth(0).getByText(words.edit, { exact: true }).click();
    await items.nth(0).getByRole("textbox", { name: words.queue_edit }).fill("一改");
    await items.nth(0).getByRole("button", { name: words.save, exact: true }).click();
    await expect(there.nth(0)).toContainText("一改");
    await items.nth(2).getByRole("button", { name: words.queue_withdraw }).click();
    await expect(items).toHaveCount(2);
    await expect(chat.prompt).toHaveValue("二");
    // Stopped, it waits for a click.
    await chat.stopButton.click();
    await expect(queue.getByText(words.queue_paused)).toBeVisible();
    await page.reload();
    await expect(items).toHaveCount(2);
    await expect(chat.prompt).toHaveValue("二");
    await items.nth(0).getByRole("button", { name: words.queue_send_now }).click();
    await expect(chat.questions).toHaveCount(3, { timeout: 30_000 });
    await expect(chat.questions.nth(1)).toContainText("一改");
    await expect(chat.questions.nth(2)).toContainText("三");
    await expect(queue).toHaveCount(0);
    await chat.answered();
    await expect(other.questions).toHaveCount(3);
  });
});

test("a question is reckoned, two models answer it beside each other, and one answer is kept", async ({ page, chat, questions, words }) => {
  await chat.alive();
  await chat.prompt.fill(Array.from({ length: 20 }, () => questions.poem).join("\n"));
  const estimate = page.locator(".estimate");
  await expect(estimate).toContainText("¥");
  await expect(estimate).toContainText("≈");
  await chat.sendButton.click();
  const first = await chat.answered();
  await expect(estimate).toHaveCount(0);
  await chat.openMenu(chat.answer);
  await chat.menu.getByRole("combobox", { name: words.model }).selectOption("qwen3-max");
  await chat.menu.getByRole("button", { name: words.compare_with, exact: true }).click();
  await expect(page).toHaveURL(/\/compare\//);
  const answers = page.locator(".comparison__answer");
  await expect(answers).toHaveCount(2);
  await expect(page.locator('.comparison__answer[aria-busy="true"]')).toHaveCount(0);
  await expect(answers.nth(1)).toContainText("qwen3-max");
  // Side by side, or a swipe apart, and never wider than the screen.
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(wide).toBe(false);
  await page.getByRole("button", { name: fill(words.compare_keep_of, { model: "qwen-plus" }) }).click();
  await expect(chat.branch(1, 2)).toBeVisible();
  expect(await chat.text()).toBe(first);
  await chat.answer.getByRole("link", { name: words.compare, exact: true }).click();
  await expect(answers).toHaveCount(2);
});
