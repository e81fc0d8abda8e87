import { findings } from "../accessible.ts";
import { expect, pace, test } from "../fixtures.ts";

test("the drawer sets what the next answer is written with, and its details tell", async ({ page, chat, questions, words }) => {
  await chat.alive();
  await chat.prompt.fill(questions.poem);
  await page.getByRole("link", { name: words.parameters, exact: true }).click();
  const drawer = page.getByRole("dialog", { name: words.parameters });
  const temperature = drawer.getByLabel(words.temperature, { exact: true });
  await temperature.fill("2");
  await drawer.getByRole("button", { name: words.save, exact: true }).click();
  await expect(drawer.getByText(words.error_invalid_temperature)).toBeVisible();
  await expect(temperature, "what was typed stays").toHaveValue("2");
  expect(await findings(page)).toEqual([]);
  await temperature.fill("0.25");
  await drawer.getByRole("button", { name: words.save, exact: true }).click();
  await expect(drawer).toBeHidden();
  await expect(chat.prompt, "nothing was sent, nothing is lost").toHaveValue(questions.poem);
  await expect(chat.questions).toHaveCount(0);

  await chat.sendButton.click();
  await chat.answered();
  await chat.choose(chat.answer, words.details);
  const details = page.getByRole("dialog", { name: words.details });
  await expect(details.getByText(words.temperature, { exact: true })).toBeVisible();
  await expect(details.getByText("0.25", { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: words.parameters, exact: true }).click();
  await expect(temperature, "the conversation has taken them along").toHaveValue("0.25");
  const instructions = drawer.getByLabel(words.conversation_instructions, { exact: true });
  await instructions.fill("Answer in verse.");
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();

  // A key that closes takes nothing along.
  await page.getByRole("link", { name: words.parameters, exact: true }).click();
  await expect(drawer.getByText(words.parameters_unsaved)).toBeVisible();
  await expect(instructions).toHaveValue("Answer in verse.");
  await drawer.getByRole("button", { name: words.unsaved_discard, exact: true }).click();
  await expect(instructions).toHaveValue("");
  await expect(drawer.getByText(words.parameters_unsaved)).toBeHidden();
  await instructions.fill("Answer in prose.");
  await drawer.getByRole("button", { name: words.save, exact: true }).click();
  await expect(drawer).toBeHidden();
  await page.getByRole("link", { name: words.parameters, exact: true }).click();
  await expect(instructions).toHaveValue("Answer in prose.");
  await expect(drawer.getByText(words.parameters_unsaved)).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
});

test("JSON and reasoning are refused together, and the form says so", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await page.getByRole("link", { name: words.parameters, exact: true }).click();
  const drawer = page.getByRole("dialog", { name: words.parameters });
  await drawer.getByLabel(words.think_first, { exact: true }).selectOption("on");
  await drawer.getByLabel(words.json_answer, { exact: true }).check();
  await drawer.getByRole("button", { name: words.save, exact: true }).click();
  await expect(drawer.getByText(words.error_json_while_thinking)).toBeVisible();
  await drawer.getByLabel(words.think_first, { exact: true }).selectOption("off");
  await drawer.getByRole("button", { name: words.save, exact: true }).click();
  await expect(drawer).toBeHidden();
});

test("the drawer is that of the model that is chosen", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await page.getByRole("combobox", { name: words.model }).selectOption("qwq-plus");
  await page.getByRole("link", { name: words.parameters, exact: true }).click();
  const drawer = page.getByRole("dialog", { name: words.parameters });
  await expect(drawer.getByLabel(words.temperature, { exact: true })).toBeVisible();
  await expect(drawer.getByText("QwQ Plus").first()).toBeVisible();
  await expect(drawer.getByLabel(words.think_first, { exact: true })).toHaveCount(0);
  await expect(drawer.getByLabel(words.json_answer, { exact: true })).toHaveCount(0);
});

test.describe("at the pace of a model", () => {
  // What comes at once has no speed.
  test.use({ configuration: pace.steady });

  test("an answer that reaches its limit says why it ended, also in its details, and goes on", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
    await chat.alive();
    await page.getByRole("link", { name: words.parameters, exact: true }).click();
    const drawer = page.getByRole("dialog", { name: words.parameters });
    await drawer.getByLabel(words.top_p, { exact: true }).fill("0.5");
    // Whichever way the simulator begins: it is not cut within what makes a word bold.
    await drawer.getByLabel(words.max_tokens, { exact: true }).fill("20");
    await drawer.getByLabel(words.thinking_budget, { exact: true }).fill("64");
    await drawer.getByRole("button", { name: words.save, exact: true }).click();
    await expect(drawer).toBeHidden();
    await chat.ask(questions.poem);
    await chat.answered();
    await expect(chat.answer.getByText(words.truncated)).toBeVisible();
    const cut = await chat.text();

    await chat.choose(chat.answer, words.details);
    const details = page.getByRole("dialog", { name: words.details });
    const line = (name: string) =>
      details.locator("dl > div").filter({ has: page.getByText(name, { exact: true }) }).locator("dd");
    await expect(line(words.top_p)).toHaveText("0.5");
    await expect(line(words.max_tokens)).toHaveText("20");
    await expect(line(words.ended_early)).toHaveText(words.truncated);
    await expect(line(words.speed)).toHaveText(/\d/);
    await page.keyboard.press("Escape");

    await chat.action(words.continue_answer).click();
    await expect.poll(async () => (await chat.text()).length).toBeGreaterThan(cut.length);
    await chat.answered();
    expect((await chat.text()).startsWith(cut)).toBe(true);
  });
});
