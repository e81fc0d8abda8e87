import type { Browser } from "@playwright/test";

import { findings } from "../accessible.ts";
import { expect, pace, type Page, test } from "../fixtures.ts";
import { fill } from "../pages/words.ts";

/** A PNG of one pixel. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNQcEgAAAFEAMELjZZCAAAAAElFTkSuQmCC",
  "base64",
);

/** A page of somebody who has no account and no cookies here. */
async function stranger(browser: Browser, locale: string | undefined): Promise<Page> {
  const context = await browser.newContext(locale === undefined ? {} : { locale });
  return context.newPage();
}

test.use({ configuration: pace.made });

test("a work is shared by a link, seen without an account, and taken back", async ({ page, works, words, settings, browser, locale }) => {
  await works.open("/images");
  await works.make("a heron in the reeds");
  await works.images.first().click();
  await works.lightbox.locator("summary").filter({ hasText: words.share }).click();
  // The arrows choose in the list and leave the work where it is.
  const life = works.lightbox.getByLabel(words.share_for, { exact: true });
  await life.selectOption({ label: words.share_day });
  await works.lightbox.getByRole("button", { name: words.share_make }).click();
  const link = await works.lightbox.locator(".secret__text").innerText();
  expect(link).toMatch(/\/s\/[\w-]{43}$/);

  const visitor = await stranger(browser, locale);
  await visitor.goto(link);
  await expect(visitor.getByRole("heading", { level: 1, name: words.one_image })).toBeVisible();
  await expect(visitor.getByText("a heron in the reeds").first()).toBeVisible();
  const picture = visitor.locator(".large__picture");
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  expect(await visitor.context().cookies()).toEqual([]);
  expect(await findings(visitor)).toEqual([]);

  await settings.open("/shares");
  const row = page.getByRole("row").filter({ hasText: "a heron in the reeds" });
  await row.locator("summary").filter({ hasText: words.share_revoke }).click();
  await row.getByRole("button", { name: words.share_revoke, exact: true }).click();
  await expect(page.getByText(words.shares_none)).toBeVisible();

  const gone = await visitor.reload();
  expect(gone?.status()).toBe(404);
  await expect(visitor.getByRole("heading", { level: 1, name: words.shared_gone_title })).toBeVisible();
  await visitor.context().close();
});

test("a file of the library is shared, seen and kept without an account, and gone when it is deleted", { tag: "@desktop" }, async ({ page, works, words, browser, locale, server }) => {
  const hostile = "a note <img src=x onerror=alert(1)>.md";
  for (const [name, data] of [[hostile, "# What was done"], ["red.png", pixel]] as const) {
    const sent = await page.request.post(`/files?name=${encodeURIComponent(name)}`, { data, headers: { origin: server.origin, "content-type": "application/octet-stream" } });
    expect(sent.status()).toBe(201);
  }
  const share = async (name: string): Promise<string> => {
    await works.open("/library");
    await works.shelf.filter({ hasText: name }).getByRole("link", { name: `${words.share}: ${name}` }).click();
    await expect(page.getByRole("heading", { name: fill(words.share_conversation_title, { title: name }) })).toBeVisible();
    await page.locator("summary").filter({ hasText: words.share }).click();
    await page.getByLabel(words.share_for, { exact: true }).selectOption({ label: words.share_day });
    await page.getByRole("button", { name: words.share_make }).click();
    const link = await page.locator(".secret__text").innerText();
    expect(link).toMatch(/\/s\/[\w-]{43}$/);
    await expect(page.getByRole("row").filter({ hasText: name })).toBeVisible();
    return link;
  };
  const note = await share(hostile);
  const picture = await share("red.png");

  const visitor = await stranger(browser, locale);
  await visitor.goto(note);
  await expect(visitor.getByRole("heading", { level: 1, name: hostile })).toBeVisible();
  const [kept] = await Promise.all([
    visitor.waitForEvent("download"),
    visitor.getByRole("link", { name: words.download_work }).click(),
  ]);
  expect(kept.suggestedFilename()).toMatch(/^a note .*\.md$/);
  expect(await findings(visitor)).toEqual([]);
  await visitor.goto(picture);
  const seen = visitor.locator(".large__picture");
  await expect.poll(() => seen.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
  expect(await visitor.context().cookies()).toEqual([]);

  await works.open("/library");
  await works.shelf.filter({ hasText: "red.png" }).getByRole("checkbox").check();
  await page.getByRole("button", { name: words.delete, exact: true }).click();
  await expect(works.shelf).toHaveCount(1);
  expect((await visitor.reload())?.status()).toBe(404);
  // Taken back, it is there with its link.
  await page.getByRole("button", { name: words.undo, exact: true }).click();
  await expect(works.shelf).toHaveCount(2);
  expect((await visitor.reload())?.status()).toBe(200);
  await visitor.context().close();
});

test.describe("on a phone", { tag: "@phone" }, () => {
  test("what is shared is not wider than the screen", async ({ page, works, words }) => {
    const excess = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await works.open("/images");
    await works.make("averylongwordwithoutanyspace".repeat(8));
    await works.images.first().click();
    await works.lightbox.locator("summary").filter({ hasText: words.share }).click();
    await works.lightbox.getByRole("button", { name: words.share_make }).click();
    const link = await works.lightbox.locator(".secret__text").innerText();
    expect(await excess(), "lightbox").toBe(0);
    await page.goto(new URL(link).pathname);
    await expect(page.locator(".large__picture")).toBeVisible();
    expect(await excess(), "shared").toBe(0);
    await page.goto("/settings/shares");
    await expect(page.getByRole("heading", { level: 1, name: words.shares })).toBeVisible();
    expect(await excess(), "list").toBe(0);
  });
});
