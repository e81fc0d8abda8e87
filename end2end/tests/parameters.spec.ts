import { expect, test } from "../fixtures.ts";

test("what is set for a conversation is shown, kept, and left to the model again", async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await page.goto(`/parameters?conversation=${path.split("/").pop()}`);
  const field = (label: string) => page.getByLabel(label, { exact: true });
  await field(words.temperature).fill("0.4");
  await field(words.answer_seed).fill("7");
  await field(words.think_first).selectOption("on");
  await field(words.conversation_instructions).fill("Always rhyme.");
  await expect(page.getByRole("button", { name: words.parameters_reset })).toHaveCount(0);
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page.getByText(words.saved)).toBeVisible();
  await expect(page.getByRole("button", { name: words.parameters_reset }), "what is set can be reset at once").toBeVisible();

  await page.reload();
  await expect(field(words.temperature)).toHaveValue("0.4");
  await expect(field(words.answer_seed)).toHaveValue("7");
  await expect(field(words.think_first)).toHaveValue("on");
  await expect(field(words.conversation_instructions)).toHaveValue("Always rhyme.");

  await page.getByRole("link", { name: words.parameters_back }).click();
  await expect(page).toHaveURL(path);
  await chat.ask(questions.code);
  await chat.answered();
  await expect(chat.answer.locator("summary").first(), "it reasons first").toBeVisible();

  await page.goto(`/parameters?conversation=${path.split("/").pop()}`);
  await field(words.temperature).fill("0.9");
  await page.getByRole("button", { name: words.parameters_reset }).click();
  await expect(field(words.temperature), "what was typed goes too").toHaveValue("");
  await expect(field(words.think_first)).toHaveValue("");
  await expect(page.getByRole("button", { name: words.parameters_reset })).toHaveCount(0);
});

test("what a model can't do is refused and nothing is set", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await page.goto("/parameters");
  const longest = page.getByLabel(words.max_tokens, { exact: true });
  await longest.fill("99999999");
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page.getByText(words.error_invalid_max_tokens)).toBeVisible();
  await page.goto("/parameters");
  await expect(longest).toHaveValue("");
});
