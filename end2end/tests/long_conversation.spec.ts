import { expect, test } from "../fixtures.ts";
import { lengthen } from "../lengthen.ts";
import { fill } from "../pages/words.ts";

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

test("paper that has a part of a conversation says how all of it is printed", { tag: "@desktop" }, async ({ page, chat, server, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await server.stop();
  const id = await lengthen(server.database, path.slice("/c/".length), 120);
  await server.start();

  await page.goto(`/c/${id}`);
  await expect(chat.messages).toHaveCount(50);
  const said = page.getByText(fill(words.print_part, { print: words.take_print, menu: words.take_along }));
  await expect(said).toBeHidden();
  await page.emulateMedia({ media: "print" });
  await expect(said).toBeVisible();
  await page.goto(path);
  await expect(chat.messages).toHaveCount(2);
  await expect(said, "nothing is left out").toHaveCount(0);
});
