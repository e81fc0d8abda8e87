import { expect, test } from "../fixtures.ts";
import { OrderPage } from "../pages/order_page.ts";
import { fill } from "../pages/words.ts";

test("an open conversation is pinned and put away", async ({ page, chat, sidebar, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await page.getByRole("button", { name: words.pin, exact: true }).click();
  await sidebar.reveal();
  await expect(sidebar.view.getByText(words.pinned, { exact: true })).toBeVisible();

  await page.goto(path);
  await page.getByRole("button", { name: words.archive, exact: true }).click();
  await expect(page.getByRole("button", { name: words.unarchive, exact: true })).toBeVisible();
  await expect(sidebar.links).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("button", { name: words.unarchive, exact: true })).toBeVisible();
});

test("several conversations are deleted together, taken back, and removed for good", async ({ page, chat, questions, words, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await page.goto("/");
  await chat.ask(questions.code);
  await chat.answered();
  const order = new OrderPage(page, words);
  const live = javaScriptEnabled !== false;

  await order.open("kept");
  await order.choose(2);
  await order.act(words.delete);
  await expect(order.lines).toHaveCount(0);
  const toast = page.getByRole("status").filter({ hasText: fill(words.deleted_many, { count: 2 }) });
  await expect(toast).toBeVisible();
  await toast.getByRole("button", { name: words.undo }).click();
  await expect(order.lines).toHaveCount(2);
  if (live) await expect(toast).toHaveCount(0);

  await order.choose(2);
  await order.act(words.delete);
  await expect(order.lines).toHaveCount(0);
  await order.open("trash");
  await expect(order.lines).toHaveCount(2);
  await order.choose(1);
  await order.act(words.restore);
  await expect(order.lines).toHaveCount(1);
  await order.choose(1);
  await page.locator("summary").filter({ hasText: words.delete_for_good }).click();
  await expect(page.getByText(words.erase_question)).toBeVisible();
  await order.act(words.delete_for_good);
  await expect(page.getByText(words.shelf_trash_empty)).toBeVisible();
  await order.open("kept");
  await expect(order.lines).toHaveCount(1);
});
