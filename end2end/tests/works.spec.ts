import { expect, pace, test } from "../fixtures.ts";

test.use({ configuration: pace.made });

test("images are made, used again and found in the library", async ({ page, works, words, sidebar, javaScriptEnabled }) => {
  await page.goto("/");
  await sidebar.reveal();
  await sidebar.view.getByRole("link", { name: words.images, exact: true }).click();
  await expect(page).toHaveURL(/\/images/);
  await expect(page.getByText(words.images_empty)).toBeVisible();

  await works.open("/images");
  await works.make("a ceramic cat on a shelf");
  await expect(works.images).toHaveCount(1);
  await expect(works.making, "what it did cost").toContainText("¥0.");

  await works.making.getByRole("button", { name: words.use_again }).click();
  await expect(works.prompt).toHaveValue("a ceramic cat on a shelf");

  await works.open("/library");
  await expect(works.shelf).toHaveCount(1);
  await page.getByRole("searchbox", { name: words.search_prompts }).fill("dragon");
  await page.getByRole("button", { name: words.search, exact: true }).click();
  await expect(page.getByText(words.library_none_found)).toBeVisible();
  await page.getByRole("searchbox", { name: words.search_prompts }).fill("ceramic");
  await page.getByRole("button", { name: words.search, exact: true }).click();
  await expect(works.shelf).toHaveCount(1);
  if (javaScriptEnabled !== false) {
    // Before the page is alive the browser searches by itself, and goes back to what it kept.
    await page.waitForLoadState("networkidle");
    const sought = page.getByRole("searchbox", { name: words.search_prompts });
    await sought.fill("dragon");
    await page.getByRole("button", { name: words.search, exact: true }).click();
    await expect(page.getByText(words.library_none_found)).toBeVisible();
    await page.goBack();
    await expect(works.shelf).toHaveCount(1);
    await expect(sought, "what was looked for then").toHaveValue("ceramic");
  }
  await page.getByRole("group", { name: words.kind_of_work }).getByRole("link", { name: words.videos }).click();
  await expect(works.shelf).toHaveCount(0);
});

test("what means the same is found beneath what has the words in it", { tag: "@desktop" }, async ({ page, works, words }) => {
  await works.open("/images");
  await works.make("The ship sails to Hangzhou");
  await works.make("a recipe for pancakes with butter");
  const related = page.getByRole("region", { name: words.related });
  // It is read a moment after it was made.
  await expect(async () => {
    await page.goto("/library?words=ships+sailing+to+Hangzhou");
    await expect(related.locator(".shelf__place")).toHaveCount(1, { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByText(words.library_none_found)).toBeVisible();
  await expect(related).toContainText("The ship sails to Hangzhou");
  await expect(related).not.toContainText("pancakes");

  await page.goto("/library?words=ship");
  await expect(works.shelf).toHaveCount(1);
  await expect(related.locator(".shelf__place")).toHaveCount(0);
});

test("a making is taken off the page and put back, alone or with its works", async ({ page, works, words }) => {
  await works.open("/speech");
  await works.make("春眠不觉晓，处处闻啼鸟。");
  await expect(works.making.locator("audio")).toHaveAttribute("src", /^\/files\//);
  await works.making.locator("summary").filter({ hasText: words.remove }).click();
  await works.making.getByRole("button", { name: words.removal_keep }).click();
  await expect(works.makings).toHaveCount(0);
  const undo = page.getByRole("button", { name: words.undo, exact: true });
  await undo.click();
  await expect(works.making.locator("audio")).toHaveAttribute("src", /^\/files\//);
  await expect(undo).toHaveCount(0);

  await works.making.locator("summary").filter({ hasText: words.remove }).click();
  await works.making.getByRole("button", { name: words.removal_all }).click();
  await expect(works.makings).toHaveCount(0);
  await expect(undo).toBeVisible();
  await works.open("/library");
  await expect(page.getByText(words.library_empty)).toBeVisible();
  await page.getByRole("link", { name: words.library_trash, exact: true }).click();
  const discarded = page.getByRole("list", { name: words.library_trash }).getByRole("listitem");
  await expect(discarded).toHaveCount(1);
  await discarded.getByRole("button", { name: words.restore }).click();
  await expect(page.getByText(words.library_trash_none)).toBeVisible();
  await works.open("/library");
  await expect(works.shelf).toHaveCount(1);
});

test("works are deleted in bulk and taken back, and the storage is free when they are gone for good", { tag: "@desktop" }, async ({ page, works, words }) => {
  await works.open("/images");
  await works.make("a loom");
  await works.make("a kiln");
  await works.open("/library");
  await expect(works.shelf).toHaveCount(2);
  await expect(page.locator(".storage__told")).not.toContainText(" 0 B");
  const address = await works.shelf.first().getByRole("link").getAttribute("href");
  const remove = async () => {
    await works.shelf.first().getByRole("checkbox").check();
    await works.shelf.last().getByRole("checkbox").check();
    await page.getByRole("button", { name: words.delete, exact: true }).click();
    await expect(works.shelf).toHaveCount(0);
    await expect(page.getByText(words.library_empty)).toBeVisible();
  };
  await remove();
  expect((await page.request.get(address ?? "")).status()).toBe(404);
  await expect(page.locator(".storage__told"), "it can come back").not.toContainText(/(^| )0 B/);
  const undo = page.getByRole("button", { name: words.undo, exact: true });
  await undo.click();
  await expect(works.shelf).toHaveCount(2);
  await expect(undo).toHaveCount(0);
  expect((await page.request.get(address ?? "")).status()).toBe(200);
  // WCAG 2.2.1: it stands until it is closed.
  await remove();
  await page.getByRole("link", { name: words.close, exact: true }).click();
  await expect(undo).toHaveCount(0);

  await page.getByRole("link", { name: words.library_trash, exact: true }).click();
  await expect(page.getByRole("list", { name: words.library_trash }).getByRole("listitem")).toHaveCount(2);
  await page.locator("summary").filter({ hasText: words.library_trash_empty }).click();
  await page.getByRole("button", { name: words.delete_for_good, exact: true }).click();
  // It is told too, for who does not see it.
  await expect(page.locator(".makings__empty")).toHaveText(words.library_trash_none);
  await expect(page.locator(".storage__told")).toContainText("0 B");
});
