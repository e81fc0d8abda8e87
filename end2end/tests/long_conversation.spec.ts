import { expect, test } from "../fixtures.ts";
import { lengthen } from "../lengthen.ts";

test("older messages can be reached by links", { tag: "@desktop" }, async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await server.stop();
  const id = await lengthen(server.database, chat.path.slice("/c/".length), 120);
  await server.start();

  await page.goto(`/c/${id}`);
  await expect(chat.messages).toHaveCount(50);
  const older = await page.getByRole("link", { name: words.older }).getAttribute("href");
  await page.goto(older ?? "");
  await expect(page.getByRole("link", { name: words.newest })).toBeVisible();
  await page.getByRole("link", { name: words.newest }).click();
  await expect(page).toHaveURL(new RegExp(`/c/${id}$`));
  await expect(page.getByRole("link", { name: words.newest })).toHaveCount(0);
});
