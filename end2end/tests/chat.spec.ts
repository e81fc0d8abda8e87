import { expect, pace, test } from "../fixtures.ts";
import { fill } from "../pages/words.ts";

test("a question is answered, and both are there later", async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  const text = await chat.answered();
  expect(text.length).toBeGreaterThan(100);

  await page.reload();
  await expect(chat.questions).toHaveText([new RegExp(questions.poem)]);
  expect(await chat.text()).toBe(text);
  await expect(page.getByText(words.simulated)).toBeVisible();
});

test("a conversation goes on", { tag: "@desktop" }, async ({ page, chat, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const path = chat.path;
  await chat.ask(questions.code);
  await expect(chat.answers).toHaveCount(2);
  await chat.answered();
  expect(chat.path).toBe(path);
  await expect(chat.answer.locator("code").first()).toBeVisible();

  await page.reload();
  await expect(chat.questions).toHaveCount(2);
  await expect(chat.answers).toHaveCount(2);
});

test("pressing Send twice asks once", { tag: "@desktop" }, async ({ page, chat, sidebar, questions }) => {
  await chat.alive();
  await chat.prompt.fill(questions.poem);
  await chat.sendButton.dblclick();
  await expect(page).toHaveURL(/\/c\//);
  await chat.answered();
  await page.reload();
  await expect(chat.questions).toHaveCount(1);
  await page.goto("/");
  await expect(sidebar.links).toHaveCount(1);
});

test("an answer can be had once more, and both versions stay", { tag: "@desktop" }, async ({ chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.action(words.regenerate).click();
  await expect(chat.branch(2, 2)).toBeVisible();
  await chat.answered();
  await chat.action(words.previous_answer).click();
  await expect(chat.branch(1, 2)).toBeVisible();
  await chat.action(words.next_answer).click();
  await expect(chat.branch(2, 2)).toBeVisible();
  await expect(chat.answers).toHaveCount(1);
});

test("the chosen model answers, and one that reasons shows how", async ({ page, chat, questions, words }) => {
  await chat.alive();
  await page.getByRole("combobox", { name: words.model }).selectOption("qwq-plus");
  await chat.ask(questions.poem);
  await chat.answered();
  await expect(chat.answer.getByText("qwq-plus")).toBeVisible();
  const reasoning = chat.answer.locator("details");
  await expect(reasoning, "folded when the answer has begun").not.toHaveAttribute("open");
  await expect(reasoning.locator("summary")).toHaveText(new RegExp(fill(words.thought_for, { seconds: "\\d+" })));
  await reasoning.locator("summary").click();
  await expect(reasoning.locator("p").first()).toBeVisible();
});

test("the conversation's title is written by the model, until a person knows better", async ({ page, chat, sidebar, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  // The model leaves the full stop out.
  const title = questions.poem.replace(/[.。]$/, "");
  // Without scripts the page is as it was sent.
  await expect(async () => {
    await page.reload();
    await expect(sidebar.links).toHaveText(title, { timeout: 1_000 });
  }).toPass();

  await sidebar.rename();
  await expect(sidebar.titleField).toHaveValue(title);
  await sidebar.titleField.fill("雨 · Rain");
  await page.getByRole("button", { name: words.save }).click();
  await sidebar.reveal();
  await expect(sidebar.conversation("雨 · Rain").first()).toBeVisible();
  await expect(sidebar.titleField).toHaveCount(0);
  await page.reload();
  await sidebar.reveal();
  await expect(sidebar.conversation("雨 · Rain").first()).toBeVisible();
});

test("a deleted conversation is gone, unless it is taken back", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words }) => {
  await chat.ask(questions.poem);
  const text = await chat.answered();
  const { path } = chat;

  await sidebar.delete();
  await expect(sidebar.toast).toBeVisible();
  await expect(page).toHaveURL((url) => url.pathname === "/");
  const answer = await page.request.get(path);
  expect(answer.status()).toBe(404);

  await sidebar.toast.getByRole("button", { name: words.undo }).click();
  await expect(page).toHaveURL((url) => url.pathname === path);
  await expect.poll(() => chat.text()).toBe(text);

  await sidebar.delete();
  await sidebar.toast.getByRole("link", { name: words.close, exact: true }).click();
  await expect(sidebar.toast).toHaveCount(0);
  await expect(page).toHaveURL((url) => url.pathname === "/" && url.search === "");
});

test.describe("while the model writes", () => {
  test.use({ configuration: pace.steady });

  test("an answer grows by itself until it is whole", async ({ chat, questions }) => {
    await chat.ask(questions.poem);
    const shown = await chat.midAnswer(20);
    const whole = await chat.answered();
    expect(whole.startsWith(shown)).toBe(true);
    expect(whole.length).toBeGreaterThan(shown.length);
  });

  test("a stopped answer keeps what had arrived", async ({ page, chat, questions, words }) => {
    await chat.ask(questions.long);
    const shown = await chat.midAnswer();
    await chat.stopButton.click();
    await expect(chat.answer.getByText(words.stopped)).toBeVisible();
    const kept = await chat.text();
    expect(kept.startsWith(shown)).toBe(true);
    await page.reload();
    await expect(chat.answer.getByText(words.stopped)).toBeVisible();
    expect(await chat.text()).toBe(kept);
  });
});
