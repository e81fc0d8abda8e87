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
    const earlier = (place: number) => items.nth(place).getByRole("button", { name: words.queue_up });
    await earlier(2).focus();
    await page.keyboard.press("Enter");
    await expect(items.nth(1)).toContainText("三");
    await expect(earlier(1), "the keyboard goes along").toBeFocused();
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
    // Before the page is alive the browser would send the forms, and load it anew.
    await page.waitForLoadState("networkidle");
    // What is typed into the box of one that is sent meanwhile is not lost with it.
    await items.nth(0).getByText(words.edit, { exact: true }).click();
    await items.nth(0).getByRole("textbox", { name: words.queue_edit }).fill("一再改");
    await items.nth(0).getByRole("button", { name: words.queue_send_now }).click();
    await expect(chat.questions).toHaveCount(3, { timeout: 30_000 });
    await expect(chat.questions.nth(1)).toContainText("一改");
    await expect(chat.questions.nth(2)).toContainText("三");
    await expect(queue).toHaveCount(0);
    await expect(chat.prompt).toHaveValue("一再改\n二");
    await chat.answered();
    await expect(other.questions).toHaveCount(3);
  });
});

test.describe("several models at once", () => {
  // Slow enough to be met while they write.
  test.use({ configuration: pace.steady });

  test("a question is reckoned, four models answer it at once, one is stopped and one is kept", async ({ page, chat, questions, words }) => {
    await chat.alive();
    await chat.prompt.fill(Array.from({ length: 20 }, () => questions.prose).join("\n"));
    const estimate = page.locator(".estimate");
    await expect(estimate).toContainText("¥");
    await expect(estimate).toContainText("≈");
    await chat.prompt.fill(questions.prose);
    await chat.sendButton.click();
    await chat.answered();
    await expect(estimate).toHaveCount(0);
    // From beside the choice of the model, where there is room, and from the menu of the answer, and of the question.
    await expect(page.locator(".composer__several")).toHaveAttribute("href", /\/compare\//);
    const several = chat.menu.getByRole("link", { name: words.compare_several });
    await chat.openMenu(chat.answer);
    await expect(several).toBeVisible();
    await page.keyboard.press("Escape");
    await chat.openMenu(chat.question);
    await several.click();
    await expect(page).toHaveURL(/\/compare\//);

    const models = ["qwen-plus", "qwen3.5-plus", "qwen3-max", "qwen-flash"];
    const boxes = page.locator(".comparison__more");
    const ask = (count: number) => boxes.getByRole("button", { name: fill(words.compare_ask_count, { count }) });
    await expect(ask(1)).toBeVisible();
    for (const ticked of await boxes.getByRole("checkbox", { checked: true }).all()) await ticked.uncheck();
    await expect(ask(0)).toBeDisabled();
    for (const model of models) await boxes.locator(`input[value="${model}"]`).check();
    await expect(boxes.locator('input[value="qwq-plus"]')).toBeDisabled();
    await ask(4).click();

    const answers = page.locator(".comparison__answer");
    const busy = page.locator('.comparison__answer[aria-busy="true"]');
    const answerOf = (model: string) => page.getByRole("article", { name: model, exact: true }).last();
    await expect(answers).toHaveCount(5);
    await expect(busy).toHaveCount(4);
    // Side by side, or a swipe apart, and never wider than the screen.
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    expect(wide).toBe(false);
    // All of them write: none waits for another.
    for (const model of models) await expect(answerOf(model).locator(".message__answer, .reasoning").first()).not.toBeEmpty();
    await page.getByRole("button", { name: fill(words.compare_stop_of, { model: "qwen-flash" }) }).click();
    await expect(answerOf("qwen-flash")).toContainText(words.stopped);
    await page.reload();
    await expect(answers).toHaveCount(5);
    await expect(answerOf("qwen-flash")).toContainText(words.stopped);
    await expect(busy).toHaveCount(0, { timeout: 45_000 });
    await expect(answerOf("qwen3-max")).toContainText("¥");
    await expect(answerOf("qwen3-max")).not.toContainText(words.stopped);

    await page.getByRole("button", { name: fill(words.compare_keep_of, { model: "qwen3-max" }) }).click();
    await expect(chat.answer.locator(".actions__model")).toHaveText("qwen3-max");
    await page.reload();
    await expect(chat.answer.locator(".actions__model")).toHaveText("qwen3-max");
    await chat.answer.getByRole("link", { name: words.compare, exact: true }).click();
    await expect(answers).toHaveCount(5);
  });
});
