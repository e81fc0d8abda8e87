import { expect, pace, test } from "../fixtures.ts";
import { InputMethod } from "../pages/input_method.ts";
import { fill } from "../pages/words.ts";

test("an edited question is answered anew, and both versions stay", async ({ chat, questions, words }) => {
  await chat.ask(questions.poem);
  const first = await chat.answered();
  await chat.edit();
  await expect(chat.editor).toHaveValue(questions.poem);
  await chat.editor.fill(questions.code);
  await chat.page.locator(".edit").getByRole("button", { name: words.send, exact: true }).click();
  await expect(chat.question).toContainText(questions.code);
  await chat.answered();
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.question.getByText(fill(words.branch, { index: 2, count: 2 }), { exact: true })).toBeVisible();
  await chat.question.getByRole("button", { name: words.previous_answer }).click();
  await expect(chat.question).toContainText(questions.poem);
  expect(await chat.text()).toBe(first);
});

test("what was typed into the editing box and not sent is offered again, also after a reload", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.edit();
  await chat.editor.fill("想到一半 — half a thought");
  await chat.editor.press("Escape");
  await expect(chat.editor).toHaveCount(0);
  await expect(chat.question).toContainText(questions.poem);
  await expect(chat.question.getByText(words.unsaved_edit)).toBeVisible();
  await expect(chat.question.getByRole("button", { name: words.more, exact: true })).toBeFocused();
  await page.reload();
  await chat.question.getByRole("button", { name: words.unsaved_go_on }).click();
  await expect(chat.editor).toHaveValue("想到一半 — half a thought");
  await chat.page.locator(".edit").getByRole("button", { name: words.cancel }).click();
  await chat.question.getByRole("button", { name: words.unsaved_discard }).click();
  await expect(chat.question.getByText(words.unsaved_edit)).toHaveCount(0);
  // From an empty composer the arrow that points there leads to the last question.
  await chat.prompt.fill("half");
  await chat.prompt.press("ArrowUp");
  await expect(chat.prompt).toBeFocused();
  await expect(chat.editor).toHaveCount(0);
  await chat.prompt.fill("");
  await chat.prompt.press("ArrowUp");
  await expect(chat.editor).toBeFocused();
  await expect(chat.editor).toHaveValue(questions.poem);
});

test("Enter that ends a Chinese composition sends no edited question", { tag: "@desktop" }, async ({ page, chat, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.edit();
  await chat.editor.fill("");
  const input = await InputMethod.on(page);
  await chat.editor.focus();
  await input.compose("chunxiao");
  await input.pressEnter("macOS");
  await input.choose("春晓");
  await expect(chat.editor).toHaveValue("春晓");
  // Right after it an Enter is still taken for the input method's; no hand is that fast.
  await expect(async () => {
    await chat.editor.press("Shift+Enter");
    await expect(chat.editor).toHaveValue("春晓\n", { timeout: 200 });
  }).toPass();
  await chat.editor.pressSequentially("x");
  await expect(async () => {
    if (await chat.editor.isVisible()) await chat.editor.press("Enter");
    await expect(chat.editor).toHaveCount(0, { timeout: 200 });
  }).toPass();
  await expect(chat.question).toContainText("春晓");
  await chat.answered();
  await expect(chat.questions).toHaveCount(1);
});

test("one's own version of an answer stands beside the model's, and says whose it is", { tag: "@desktop" }, async ({ chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.choose(chat.answer, words.edit);
  await expect(chat.editor).toBeFocused();
  await chat.editor.fill("");
  await chat.editor.evaluate((field) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "字".repeat(100_007));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  const cut = chat.page.locator(".edit").getByRole("alert");
  await expect(cut, "of a text that is too long not all is there").toHaveText(fill(words.text_cut, { lost: "7", most: "100,000" }));
  await chat.editor.fill("**mine** <b>alone</b>");
  await expect(cut).toHaveCount(0);
  await chat.page.locator(".edit").getByRole("button", { name: words.save, exact: true }).click();
  await expect(chat.branch(2, 2)).toBeVisible();
  await expect(chat.answer.getByText(words.edited)).toBeVisible();
  await expect(chat.answer.locator("strong")).toHaveText("mine");
  await expect(chat.answer.getByRole("button", { name: words.more, exact: true })).toBeFocused();
});

test("another model answers once more", { tag: "@desktop" }, async ({ chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.openMenu(chat.answer);
  await chat.menu.getByRole("combobox", { name: words.model }).selectOption("qwq-plus");
  await chat.menu.getByRole("button", { name: words.regenerate }).click();
  await expect(chat.branch(2, 2)).toBeVisible();
  await chat.answered();
  await expect(chat.answer.getByText("qwq-plus")).toBeVisible();
});

test("a deleted branch goes at once and comes back by Undo, in every tab", async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  const first = await chat.answered();
  await chat.ask(questions.code);
  await chat.answered();
  const other = await chat.newTab(chat.path);
  await expect(other.answers).toHaveCount(2);
  await chat.choose(chat.question, words.delete_branch);
  for (const tab of [chat, other]) await expect(tab.answers).toHaveCount(1);
  expect(await chat.text()).toBe(first);
  await page.getByRole("status").getByRole("button", { name: words.undo }).click();
  for (const tab of [chat, other]) await expect(tab.answers).toHaveCount(2);
  await expect(page.getByText(words.branch_restored)).toBeVisible();
  // WCAG 2.2.1: the way back stands until it is closed, and what is told meanwhile stands below it.
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.choose(chat.question, words.delete_branch);
  const toast = page.locator(".toast").filter({ has: page.getByRole("button", { name: words.undo }) });
  await expect(toast).toBeVisible();
  await chat.choose(chat.answer, words.copy_text);
  await expect(page.locator('.toast[data-kind="note"]')).toBeVisible();
  await toast.getByRole("button", { name: words.close, exact: true }).click();
  await expect(toast).toHaveCount(0);
});

test("details tell tokens, cost and speed, and the diagnostic no content", { tag: "@desktop" }, async ({ context, page, chat, questions, words }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.ask(questions.poem);
  const text = await chat.answered();
  await chat.choose(chat.answer, words.details);
  const details = page.getByRole("dialog", { name: words.details });
  for (const line of [words.tokens_in, words.tokens_out, words.cost, words.first_token, words.request_id]) {
    await expect(details.getByText(line, { exact: true })).toBeVisible();
  }
  await expect(details.getByText(/^¥0\.\d+$/)).toBeVisible();
  await details.getByRole("button", { name: words.copy_diagnostic }).click();
  await expect(details.getByRole("button", { name: words.copied })).toBeVisible();
  const diagnostic = await page.evaluate(() => navigator.clipboard.readText());
  expect(diagnostic).toContain(chat.path.replace("/c/", "conversation "));
  expect(diagnostic).toContain("model qwen-plus");
  expect(diagnostic).not.toContain(text.slice(0, 20));
  await page.keyboard.press("Escape");
  await expect(details).toBeHidden();
  await expect(chat.answer.getByRole("button", { name: words.more, exact: true })).toBeFocused();
});

test("an answer is copied as text and as Markdown", { tag: "@desktop" }, async ({ context, page, chat, questions, words }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.ask(questions.table);
  await chat.answered();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await chat.choose(chat.answer, words.copy_markdown);
  await expect.poll(clipboard).toMatch(/\| ?-{3,}/);
  await chat.choose(chat.answer, words.copy_text);
  await expect.poll(clipboard).not.toMatch(/\| ?-{3,}/);
});

test("what is selected in an answer is quoted into the composer", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.prompt.fill("why?");
  const selected = await chat.answer.locator(".message__answer p").first().evaluate((paragraph) => {
    getSelection()?.selectAllChildren(paragraph);
    return getSelection()?.toString().trim() ?? "";
  });
  await page.getByRole("button", { name: words.quote, exact: true }).click();
  const quoted = selected.split("\n").map((line) => (line.trim() === "" ? ">" : `> ${line.trimEnd()}`));
  await expect(chat.prompt).toHaveValue(`why?\n\n${quoted.join("\n")}\n\n`);
  await expect(chat.prompt).toBeFocused();
  await expect(page.getByRole("button", { name: words.quote, exact: true })).toHaveCount(0);
});

test.describe("where a part of the page can't be had", () => {
  test.use({ expectedProblems: [/Failed to fetch/] });

  test("the menu says so, and comes with the next press", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.answered();
    await page.route("**/split_opened.*.wasm", (route) => route.abort());
    await chat.answer.getByRole("button", { name: words.more, exact: true }).click();
    await expect(page.getByRole("alert")).toContainText(words.error_overloaded);
    await expect(chat.menu).toBeHidden();
    await page.unroute("**/split_opened.*.wasm");
    await chat.choose(chat.answer, words.details);
    const details = page.getByRole("dialog", { name: words.details });
    await expect(details.getByText(words.message_id)).toBeVisible();
  });
});

test.describe("while the model writes", () => {
  test.use({ configuration: pace.steady });

  test("what is being written is not deleted, and an edit that can't be sent stays", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
    await chat.ask(questions.prose);
    await chat.midAnswer(1);
    await chat.edit();
    await chat.editor.fill(questions.poem);
    await chat.page.locator(".edit").getByRole("button", { name: words.send, exact: true }).click();
    await expect(page.locator(".edit").getByRole("alert")).toHaveText(words.error_already_generating);
    await expect(chat.editor).toHaveValue(questions.poem);
    await chat.page.locator(".edit").getByRole("button", { name: words.cancel }).click();
    await chat.choose(chat.question, words.delete_branch);
    await expect(page.getByRole("alert")).toContainText(words.error_already_generating);
    await expect(chat.answers).toHaveCount(1);
  });
});

test("on a phone the menu is as wide as the screen and what it offers large enough", { tag: "@phone" }, async ({ page, chat, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.openMenu(chat.answer);
  const small = await chat.menu
    .getByRole("button")
    .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().height).filter((height) => height < 43.5));
  expect(small).toEqual([]);
  await expect(chat.menu).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  await page.touchscreen.tap(190, 40);
  await expect(chat.menu).toBeHidden();
});
