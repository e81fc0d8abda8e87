import { expect, pace, test } from "../fixtures.ts";
import type { Words } from "../pages/words.ts";
import type { Page } from "@playwright/test";

/** Turns these tools on for conversations that begin, and these alone. */
async function choose(page: Page, words: Words, labels: string[]): Promise<void> {
  await page.goto("/parameters");
  const form = page.getByRole("region", { name: words.tools, exact: true });
  for (const label of labels) await form.getByLabel(label).check();
  await form.getByRole("button", { name: words.tools_save }).click();
  await expect(page.getByText(words.saved).first()).toBeVisible();
  await page.goto("/parameters");
  for (const label of labels) await expect(form.getByLabel(label)).toBeChecked();
}

test.use({ configuration: pace.made });

test("a model asks what time it is, and what was asked and came back is shown", async ({ page, chat, words }) => {
  await chat.alive();
  await choose(page, words, [words.tool_date_time]);
  await page.goto("/");
  await chat.ask('call date_time with {"time_zone":"Asia/Shanghai"}');
  await chat.answered();
  const card = chat.answer.locator('details[data-tool="date_time"]');
  await expect(card.locator("summary")).toContainText(words.tool_date_time);
  await expect(card.locator("summary")).toContainText(words.tool_done);
  // It looks like a card, not like one of the buttons that stand in answers.
  await expect(card).toHaveCSS("border-top-width", "1px");
  expect(await card.evaluate((it) => getComputedStyle(it, "::before").content)).toBe("none");
  await card.locator("summary").click();
  await expect(card.getByText('{"time_zone":"Asia/Shanghai"}')).toBeVisible();
  await expect(card.getByText("+08:00")).toBeVisible();
  await expect(chat.answer.locator(".prose__block").filter({ hasText: "+08:00" }).first()).toBeVisible();

  await page.reload();
  await expect(card.locator("summary")).toContainText(words.tool_done);
});

test("an image is drawn when it was allowed, and not when it was refused", async ({ page, chat, words, javaScriptEnabled }) => {
  await chat.alive();
  await choose(page, words, [words.tool_draw_image]);
  await page.goto("/");
  const wish = 'call draw_image with {"prompt":"<b>a lighthouse</b>"}';
  await chat.ask(wish);
  const allow = page.getByRole("button", { name: words.tool_allow, exact: true });
  await expect(async () => {
    // Without scripts the page is as it was when it was asked for.
    if (!(await allow.isVisible())) await page.reload();
    await expect(allow).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(chat.answer.getByText(words.waits_for_you)).toBeVisible();
  await expect(chat.answer.getByText('{"prompt":"<b>a lighthouse</b>"}'), "the real arguments").toBeVisible();
  await page.reload();
  await expect(allow, "it waits, also for another visit").toBeVisible();
  await allow.click();
  await chat.answered();
  const card = chat.answer.locator('details[data-tool="draw_image"]');
  await expect(card.locator("summary")).toContainText(words.tool_done);
  if (javaScriptEnabled !== false) {
    // What was drawn is there to be seen, and opens large.
    await chat.answer.locator(".made a").click({ timeout: 30_000 });
    await expect(page.getByRole("dialog", { name: words.lightbox }).getByRole("img")).toBeVisible();
    await page.keyboard.press("Escape");
  }

  await chat.ask(wish);
  const refuse = page.getByRole("button", { name: words.tool_refuse, exact: true });
  await expect(async () => {
    if (!(await refuse.isVisible())) await page.reload();
    await expect(refuse).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await refuse.click();
  await chat.answered();
  await expect(card.locator("summary")).toContainText(words.tool_refused);
});

test("a sum is worked out, what was said before is found, and nothing inside is read", { tag: "@desktop" }, async ({ page, chat, server, words }) => {
  await chat.ask("A heron stood in the reeds.");
  await chat.answered();
  await choose(page, words, [words.tool_calculate, words.tool_search_conversations, words.tool_fetch_page]);
  await page.goto("/");
  for (const [tool, asked, came, state] of [
    ["calculate", '{"expression":"(17.5 * 3)^2"}', "2756.25", words.tool_done],
    ["search_conversations", '{"words":"heron"}', "A heron stood in the reeds", words.tool_done],
    // CO-05: not even where the person names it, and something is there to be read.
    ["fetch_page", `{"address":"${server.url}/healthz"}`, "is not a public one of the web", words.tool_failed],
  ] as const) {
    const before = await chat.answers.count();
    await chat.ask(`call ${tool} with ${asked}`);
    await expect(chat.answers, "not the one before").toHaveCount(before + 1);
    const card = chat.answer.locator(`details[data-tool="${tool}"]`);
    await chat.answered();
    await expect(card.locator("summary")).toContainText(state);
    await card.locator("summary").click();
    await expect(card.getByText(asked)).toBeVisible();
    await expect(card.locator(".tool__text").last()).toContainText(came);
  }
});

test("a text is spoken when it was allowed, and heard beside the answer", { tag: "@desktop" }, async ({ page, chat, words, javaScriptEnabled }) => {
  await chat.alive();
  await choose(page, words, [words.tool_speak]);
  await page.goto("/");
  await chat.ask('call speak with {"text":"春眠不觉晓"}');
  const allow = page.getByRole("button", { name: words.tool_allow, exact: true });
  await expect(async () => {
    if (!(await allow.isVisible())) await page.reload();
    await expect(allow).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(chat.answer.getByText('{"text":"春眠不觉晓"}'), "the real arguments").toBeVisible();
  await allow.click();
  await chat.answered();
  await expect(chat.answer.locator('details[data-tool="speak"] summary')).toContainText(words.tool_done);
  if (javaScriptEnabled !== false) await expect(chat.answer.locator(".made audio")).toBeVisible({ timeout: 30_000 });
});
