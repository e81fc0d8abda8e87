import { expect, pace, test } from "../fixtures.ts";

test.use({ configuration: pace.steady });

/** The words. Bold that is not closed yet is shown as bold while an answer grows, and as it was written once it was cut. */
const said = (text: string) => text.replaceAll("*", "");

test("a killed server loses nothing that was shown, and the answer can be continued", async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.prose);
  const shown = await chat.midAnswer();
  await server.kill();
  await expect(chat.offlineNotice).toBeVisible();
  const seen = await chat.text();
  expect(said(seen).startsWith(said(shown))).toBe(true);
  // Fast from here: what follows is about the text.
  await server.start(pace.atOnce);

  // The page that was open learns of it by itself.
  await expect(chat.answer.getByText(words.interrupted)).toBeVisible({ timeout: 30_000 });
  await expect(chat.offlineNotice).toBeHidden();
  expect(said(await chat.text()).startsWith(said(seen)), "all that was shown is there").toBe(true);
  await page.reload();
  await expect(chat.answer.getByText(words.interrupted)).toBeVisible();
  expect(said(await chat.text()).startsWith(said(seen)), "and after a reload").toBe(true);

  await chat.action(words.continue_answer).click();
  await expect(chat.answer.getByText(words.interrupted)).toBeHidden();
  const whole = await chat.answered();
  expect(said(whole).startsWith(said(seen)), "the answer goes on after what was shown").toBe(true);
  expect(whole.length).toBeGreaterThan(seen.length);
  await expect(chat.answers, "in the same message").toHaveCount(1);

  const undisturbed = await chat.newTab("/");
  await undisturbed.ask(questions.prose);
  expect(whole, "without a seam").toBe(await undisturbed.answered());
});

test("an interrupted answer can be written anew", async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.prose);
  const shown = await chat.midAnswer();
  await server.kill();
  await server.start(pace.atOnce);
  await page.reload();
  await chat.action(words.regenerate).click();
  await expect(chat.branch(2, 2)).toBeVisible();
  await chat.answered();
  await expect(chat.answer.getByText(words.interrupted)).toHaveCount(0);

  await chat.action(words.previous_answer).click();
  await expect(chat.branch(1, 2)).toBeVisible();
  expect(said(await chat.text()).startsWith(said(shown)), "what was interrupted stays beside it").toBe(true);
});

test("a server that is told to stop lets the answer end first", async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.prose);
  await chat.midAnswer();
  await server.stop();
  // Fast from here: what was being written is whole, and equal questions get equal answers.
  await server.start(pace.atOnce);
  await page.reload();
  const whole = await chat.answered();
  await expect(chat.answer.getByText(words.interrupted)).toHaveCount(0);

  const undisturbed = await chat.newTab("/");
  await undisturbed.ask(questions.prose);
  expect(whole).toBe(await undisturbed.answered());
});

test.describe("when draining takes too long", () => {
  test.use({ configuration: { ...pace.steady, LIANTAI__SERVER__DRAIN_S: "1" } });

  test("the answer is cut and kept, and can be continued", async ({ chat, server, questions, words }) => {
    await chat.ask(questions.long);
    const shown = await chat.midAnswer();
    await server.stop();
    await server.start(pace.atOnce);
    await expect(chat.answer.getByText(words.interrupted)).toBeVisible({ timeout: 30_000 });
    expect(said(await chat.text()).startsWith(said(shown))).toBe(true);
    await chat.action(words.continue_answer).click();
    expect(said(await chat.answered()).startsWith(said(shown))).toBe(true);
  });
});
