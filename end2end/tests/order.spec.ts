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

test("several conversations are deleted together, taken back, and removed for good", { tag: "@desktop" }, async ({ page, chat, sidebar, questions, words, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await page.goto("/");
  await chat.ask(questions.code);
  await chat.answered();
  const order = new OrderPage(page, words);
  const live = javaScriptEnabled !== false;

  await order.open("kept");
  if (live) {
    // What changes elsewhere on the page takes no tick away.
    await expect(page.locator(".chosen[data-idle]")).toHaveCount(1);
    await order.choose(1);
    await sidebar.links.first().hover();
    await sidebar.view.getByRole("link", { name: new RegExp(`^${words.rename}`) }).first().click();
    await sidebar.titleField.fill("Renamed");
    await sidebar.titleField.press("Enter");
    await expect(sidebar.conversation("Renamed").first()).toBeVisible();
    await page.waitForLoadState("networkidle");
    await expect(order.lines.first().getByRole("checkbox")).toBeChecked();
    await expect(page.locator(".chosen__count")).toHaveText(fill(words.works_chosen, { count: 1 }));
  }
  await order.choose(2);
  await order.act(words.delete);
  await expect(order.lines).toHaveCount(0);
  const toast = page.getByRole("status").locator(".toast").filter({ hasText: fill(words.deleted_many, { count: 2 }) });
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

test("conversations are put into a folder, tagged, found by both and taken along", async ({ page, chat, sidebar, questions, words, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await page.goto("/");
  await chat.ask(questions.code);
  await chat.answered();
  const order = new OrderPage(page, words);
  const live = javaScriptEnabled !== false;
  const folder = "<b>诗</b> & code";

  await order.open("kept");
  await page.locator("summary").filter({ hasText: words.folder_new }).click();
  await page.getByLabel(words.folder_name, { exact: true }).fill(folder);
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page.getByText(words.narrow_nothing)).toBeVisible();
  await expect(page.getByRole("heading", { name: folder })).toBeVisible();

  await order.open("kept");
  await order.choose(2);
  const acts = page.locator(".chosen__filing");
  await acts.getByRole("combobox", { name: words.folder }).selectOption({ label: folder });
  await order.act(words.folder_put);
  await expect(page.getByText(fill(words.order_count, { count: 2 }))).toBeVisible();
  // It is drawn anew with that.
  await expect(order.lines.nth(1).getByRole("link", { name: folder })).toBeVisible();
  await order.choose(1);
  await acts.locator("input[name=tag]").fill("poems");
  // Enter does what stands beside the field, and nothing else.
  await acts.locator("input[name=tag]").press("Enter");
  await expect(page.getByText(fill(words.order_count, { count: 1 }))).toBeVisible();
  await expect(order.lines.first().getByRole("link", { name: "#poems" })).toBeVisible();
  await order.lines.first().getByRole("link", { name: "#poems" }).click();
  await expect(order.lines).toHaveCount(1);
  await expect(page.getByRole("heading", { name: "poems" })).toBeVisible();
  // What was deleted is taken back, on all that had it.
  await page.getByRole("button", { name: words.tag_delete, exact: true }).click();
  await expect(page.getByText(words.tag_deleted)).toBeVisible();
  await expect(page.getByRole("link", { name: "#poems" })).toHaveCount(0);
  await page.getByRole("button", { name: words.undo, exact: true }).click();
  await expect(page.getByRole("heading", { name: "poems" })).toBeVisible();
  await expect(order.lines).toHaveCount(1);

  if (live) {
    await sidebar.reveal();
    await sidebar.view.locator(".folder summary").filter({ hasText: folder }).click();
    await expect(sidebar.view.locator(".folder__items").getByRole("listitem")).toHaveCount(2);
    await expect(sidebar.links, "only there").toHaveCount(2);
    await page.goto("/conversations");
    await sidebar.reveal();
    await expect(sidebar.view.locator(".folder__items").getByRole("listitem"), "it stays open").toHaveCount(2);
    await page.goto("/conversations");
  }

  await order.open("kept");
  await order.choose(2);
  const download = page.waitForEvent("download");
  await order.act(words.export_chosen);
  expect((await download).suggestedFilename()).toBe("conversations.zip");

  await order.open("kept");
  await order.lines.first().getByRole("link", { name: new RegExp(`^${words.filing}`) }).click();
  await page.getByRole("button", { name: `${words.tag_take_off}: poems` }).click();
  await expect(page.getByText(words.tags_none)).toBeVisible();

  await order.open("kept");
  await order.lines.first().getByRole("link", { name: folder }).click();
  await expect(order.lines).toHaveCount(2);
  await page.getByText(words.folder_delete_contents).click();
  const remove = page.getByRole("button", { name: words.folder_delete, exact: true });
  const undo = page.getByRole("button", { name: words.undo, exact: true });
  await remove.click();
  await expect(page.getByText(words.folder_deleted)).toBeVisible();
  await expect(order.lines).toHaveCount(0);
  // One click brings back both, the folder and what went with it.
  await undo.click();
  await expect(page.getByRole("heading", { name: folder })).toBeVisible();
  await expect(order.lines).toHaveCount(2);
  await expect(undo).toHaveCount(0);
  await page.getByText(words.folder_delete_contents).click();
  await remove.click();
  await page.getByRole("link", { name: words.close, exact: true }).click();
  await expect(undo).toHaveCount(0);
  await order.open("trash");
  await expect(order.lines).toHaveCount(2);
});
