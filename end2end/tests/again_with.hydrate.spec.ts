import { findings } from "../accessible.ts";
import { expect, test } from "../fixtures.ts";

test("an answer is asked for again with a wish, and a question is kept without an answer", async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.openMenu(chat.answer);
  expect(await findings(page)).toEqual([]);
  await chat.menu.getByRole("button", { name: words.again_shorter, exact: true }).click();
  await expect(chat.menu).toBeHidden();
  await expect(chat.branch(2, 2)).toBeVisible();
  await chat.answered();
  await chat.choose(chat.answer, words.details);
  const details = page.getByRole("dialog", { name: words.details });
  await expect(details.getByText(words.sent_wish, { exact: true })).toBeVisible();
  await expect(details.getByText(words.wish_shorter, { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");

  await chat.openMenu(chat.answer);
  const send = chat.menu.getByRole("button", { name: words.again_own_send, exact: true });
  await expect(send, "there is nothing to ask for yet").toBeDisabled();
  await chat.menu.getByLabel(words.again_own, { exact: true }).fill("字".repeat(501));
  await send.click();
  await expect(chat.menu.getByText(words.error_invalid_instructions)).toBeVisible();
  await chat.menu.getByLabel(words.again_own, { exact: true }).fill("押韵 <b>rhyme</b>");
  await send.click();
  await expect(chat.branch(3, 3)).toBeVisible();
  await chat.answered();
  await chat.choose(chat.answer, words.details);
  await expect(details.getByText("押韵 <b>rhyme</b>", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");

  await chat.edit();
  await chat.editor.fill(questions.code);
  await expect(page.locator(".edit").getByRole("button", { name: words.save_unanswered, exact: true })).toBeEnabled();
  await chat.editor.press("Control+s");
  await expect(chat.editor).toHaveCount(0);
  await expect(chat.question).toContainText(questions.code);
  await expect(chat.answers).toHaveCount(0);
  await chat.edit();
  await chat.editor.fill(questions.prose);
  await page.locator(".edit").getByRole("button", { name: words.save_unanswered, exact: true }).click();
  await expect(chat.question).toContainText(questions.prose);
  await expect(chat.answers).toHaveCount(0);
  await page.reload();
  await expect(chat.question, "it is kept").toContainText(questions.prose);
  await chat.question.getByRole("button", { name: words.answer_now, exact: true }).click();
  await chat.answered();
  await expect(chat.answers).toHaveCount(1);
});

test("reasoning is switched at the composer, and a new conversation begins while one types", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await expect(page.locator(".gauge__sum")).toBeVisible();
  await page.locator(".gauge__sum").click();
  await expect(page.locator(".gauge p")).toBeVisible();
  const thinking = page.getByRole("button", { name: words.think_first, exact: true });
  await expect(thinking).toHaveAttribute("aria-pressed", "false");
  await thinking.focus();
  await page.keyboard.press("Enter");
  await expect(thinking).toHaveAttribute("aria-pressed", "true");
  await expect(thinking, "the keyboard stays where it is").toBeFocused();
  const search = page.getByRole("button", { name: words.web_search, exact: true });
  await search.click();
  await expect(search).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("link", { name: words.parameters, exact: true }).click();
  const drawer = page.getByRole("dialog", { name: words.parameters });
  await expect(drawer.getByLabel(words.web_search, { exact: true })).toBeChecked();
  const choice = drawer.getByLabel(words.think_first, { exact: true });
  await expect(choice, "the drawer keeps the same").toHaveValue("on");
  await choice.selectOption("off");
  await drawer.getByRole("button", { name: words.save, exact: true }).click();
  await expect(drawer).toBeHidden();
  await expect(thinking).toHaveAttribute("aria-pressed", "false");
  expect(await findings(page)).toEqual([]);
  // A model that always reasons can't be told.
  await page.getByRole("combobox", { name: words.model }).selectOption("qwq-plus");
  await expect(thinking).toHaveCount(0);

  await chat.prompt.fill("half a thought");
  await chat.prompt.press("Control+Shift+O");
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
  await expect(chat.prompt).toBeFocused();
});
