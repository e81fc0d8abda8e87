import { AxeBuilder } from "@axe-core/playwright";
import type { Browser } from "@playwright/test";

import { expect, type Page, test } from "../fixtures.ts";

/** A page of somebody who has no account and no cookies here. */
async function stranger(browser: Browser, locale: string | undefined): Promise<Page> {
  const context = await browser.newContext(locale === undefined ? {} : { locale });
  return context.newPage();
}

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
  const { violations } = await new AxeBuilder({ page: visitor }).analyze();
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);

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
