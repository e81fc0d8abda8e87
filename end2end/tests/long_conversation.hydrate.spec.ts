import { expect, test } from "../fixtures.ts";
import { lengthen } from "../lengthen.ts";
import type { ChatPage } from "../pages/chat_page.ts";

/** Scrolls as little as makes older messages come, and gives how far the message that was first moved on the page. */
async function goUp(chat: ChatPage, expected: number): Promise<number> {
  const first = await chat.messages.first().elementHandle();
  if (!first) throw new Error("there are no messages");
  await chat.transcript.evaluate((view) => (view.scrollTop = 300));
  const before = await first.boundingBox();
  await expect(chat.messages).toHaveCount(expected);
  const after = await first.boundingBox();
  return (after?.y ?? Number.NaN) - (before?.y ?? Number.NaN);
}

test("older messages come on the way up and what is read stays where it is", async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await server.stop();
  const id = await lengthen(server.database, chat.path.slice("/c/".length), 120);
  await server.start();

  await page.goto(`/c/${id}`);
  await chat.alive();
  await expect(chat.messages).toHaveCount(50);
  await expect(chat.answer).toBeInViewport();
  expect(Math.abs(await goUp(chat, 100))).toBeLessThan(3);
  expect(Math.abs(await goUp(chat, 120))).toBeLessThan(3);
  await expect(page.getByRole("link", { name: words.older })).toHaveCount(0);
  const ids = await page.locator('form[action*="regenerate"] input[name="message"]').evaluateAll((inputs) =>
    inputs.map((input) => (input as HTMLInputElement).value),
  );
  expect(new Set(ids).size, "each once").toBe(60);
  expect(ids, "in order").toEqual([...ids].sort());
});
