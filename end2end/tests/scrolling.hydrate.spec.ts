import { expect, pace, test } from "../fixtures.ts";
import type { ChatPage } from "../pages/chat_page.ts";

test.use({ configuration: pace.usual, contextOptions: { reducedMotion: "reduce" } });

/** How far the transcript is scrolled, and how much of it is below what one sees. */
async function position(chat: ChatPage): Promise<{ top: number; below: number }> {
  return chat.transcript.evaluate((view) => ({
    top: view.scrollTop,
    below: view.scrollHeight - view.scrollTop - view.clientHeight,
  }));
}

/** Waits until the answer is longer than the view. */
async function overflow(chat: ChatPage): Promise<void> {
  await expect.poll(async () => (await position(chat)).top, { timeout: 30_000 }).toBeGreaterThan(400);
}

/** Turns the wheel upwards over the transcript and waits until the answer has grown away from the reader. */
async function turnAway(chat: ChatPage, up: number): Promise<void> {
  await chat.transcript.hover();
  await chat.page.mouse.wheel(0, -up);
  await expect(chat.toBottomButton).toBeVisible();
}

test.describe("while the answer has room", () => {
  test.use({ configuration: pace.steady });

  test("a question that was sent comes to rest near the top", async ({ chat, questions }) => {
    await chat.ask(questions.prose);
    await chat.answered();
    await chat.ask(questions.poem);
    const fromTop = async () => {
      const [question, view] = await Promise.all([chat.questions.last().boundingBox(), chat.transcript.boundingBox()]);
      return (question?.y ?? Number.NaN) - (view?.y ?? Number.NaN);
    };
    await expect.poll(async () => Math.abs((await fromTop()) - 50)).toBeLessThan(40);
  });
});

test("an answer is followed", async ({ chat, questions }) => {
  await chat.ask(questions.long);
  await overflow(chat);
  const before = await position(chat);
  await expect.poll(async () => (await position(chat)).top).toBeGreaterThan(before.top + 60);
  expect((await position(chat)).below).toBeLessThan(80);
  await expect(chat.toBottomButton).toBeHidden();
  await chat.stopButton.click();
});

test("turning the wheel up leaves the answer, and a button leads back", { tag: "@desktop" }, async ({ chat, questions }) => {
  await chat.ask(questions.long);
  await overflow(chat);
  await turnAway(chat, 350);
  const left = await position(chat);
  await expect.poll(async () => (await position(chat)).below, { message: "the answer grows on" }).toBeGreaterThan(left.below + 100);
  expect((await position(chat)).top, "but the reader is left alone").toBe(left.top);

  // The button stands above the composer, however much is typed there.
  await chat.prompt.fill("line\n".repeat(9));
  const dock = await chat.page.locator(".dock").boundingBox();
  const button = await chat.toBottomButton.boundingBox();
  expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThanOrEqual(dock?.y ?? 0);
  await chat.prompt.fill("");

  await chat.toBottomButton.click();
  await expect.poll(async () => (await position(chat)).below).toBeLessThan(80);
  await expect(chat.toBottomButton).toBeHidden();
  const back = await position(chat);
  await expect.poll(async () => (await position(chat)).top, { message: "it is followed again" }).toBeGreaterThan(back.top);
  await chat.stopButton.click();
});

test("turning the wheel down to the end follows again", { tag: "@desktop" }, async ({ chat, questions }) => {
  await chat.ask(questions.long);
  await overflow(chat);
  await turnAway(chat, 150);
  // The end moves on meanwhile: one turn may not reach it.
  const turned = async () => {
    await chat.page.mouse.wheel(0, 3_000);
    return (await position(chat)).below;
  };
  await expect.poll(turned).toBeLessThan(80);
  const end = await position(chat);
  await expect.poll(async () => (await position(chat)).top).toBeGreaterThan(end.top + 40);
  await chat.stopButton.click();
});

test("a conversation opens at its end", async ({ page, chat, questions }) => {
  await chat.ask(questions.long);
  await overflow(chat);
  await chat.stopButton.click();
  await expect(chat.stopButton).toHaveCount(0);
  await page.reload();
  await expect.poll(async () => (await position(chat)).below).toBeLessThan(80);
  expect((await position(chat)).top).toBeGreaterThan(0);
});
