import { readFileSync } from "node:fs";

import { expect, type Page, register, test } from "../fixtures.ts";
import { type Words } from "../pages/words.ts";
import { recording } from "../recording.ts";

/** Uploads a recording and waits until its transcript is whole. */
async function uploaded(page: Page, words: Words, seconds = 20): Promise<void> {
  await page.goto("/transcripts");
  await page.getByLabel(words.speakers, { exact: true }).selectOption("2");
  await page.locator('input[type="file"]').setInputFiles({
    name: "weekly.wav",
    mimeType: "audio/wav",
    buffer: recording(seconds),
  });
  await expect(page).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 30_000 });
  await expect(page.getByRole("heading", { level: 1, name: "weekly" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: words.transcript_notes })).toBeVisible({ timeout: 40_000 });
}

test.beforeEach(async ({ page, account }) => {
  await register(page, account);
});

test("a recording becomes a transcript with chapters and summary, is taken along and asked about", async ({ page, words }) => {
  await uploaded(page, words);
  const sentences = page.locator(".sentence");
  await expect(sentences.first().locator(".sentence__words > span").first()).toBeVisible();
  await page.getByRole("link", { name: words.notes_chapters }).click();
  await expect(page.locator(".minutes__items li").first()).toBeVisible();
  await page.getByRole("link", { name: words.notes_map }).click();
  await expect(page.getByRole("list", { name: words.notes_map })).toBeVisible();

  await page.getByText(words.export, { exact: true }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: words.export_srt }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("weekly.srt");
  const srt = readFileSync(await download.path(), "utf8");
  expect(srt).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\n/);

  const said = (await sentences.first().locator(".sentence__words").textContent()) ?? "";
  await page.getByLabel(words.transcript_ask).fill("What was said first?");
  await page.getByRole("button", { name: words.transcript_ask_send }).click();
  await expect(page).toHaveURL(/\/c\//);
  await expect(page.getByText(said.trim().slice(0, 12)).first()).toBeVisible();
});

test("words light up as they are said, and a click on one plays from there", async ({ page, words }) => {
  await uploaded(page, words);
  const word = page.locator(".sentence").nth(1).locator(".sentence__words > span").first();
  await word.click();
  await expect(page.locator(".sentence__words > span[data-now]")).toHaveCount(1);
  const at = await page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime);
  expect(at).toBeGreaterThan(1);
  await page.locator("h1").click();
  await page.keyboard.press(" ");
  await expect.poll(() => page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.paused)).toBe(true);
});

test("a speaker gets a name and a word is put right, and both stay", async ({ page, words }) => {
  await uploaded(page, words);
  await page.locator(".minutes__speakers summary").click();
  const first = page.locator(".minutes__speakers form").first();
  await first.getByRole("textbox").fill("林黛玉");
  await first.getByRole("button", { name: words.save }).click();
  await expect(page.locator(".sentence__speaker", { hasText: "林黛玉" }).first()).toBeVisible();

  const sentence = page.locator(".sentence").first();
  await sentence.hover();
  await sentence.getByRole("button", { name: words.sentence_edit }).click();
  await sentence.getByRole("textbox").fill("这句话改过了。");
  await sentence.getByRole("button", { name: words.save }).click();
  await expect(sentence.locator(".sentence__words")).toHaveText("这句话改过了。");
  await page.reload();
  await expect(page.locator(".sentence__words").first()).toHaveText("这句话改过了。");
  await expect(page.locator(".sentence__speaker", { hasText: "林黛玉" }).first()).toBeVisible();

  await page.goto("/transcripts?words=改过");
  await expect(page.locator(".recordings__hit")).toHaveText(/这句话改过了/);
});

test("what is looked for is marked where it stands", async ({ page, words }) => {
  await uploaded(page, words);
  const said = ((await page.locator(".sentence__words").first().textContent()) ?? "").trim().slice(0, 4);
  await page.getByRole("searchbox", { name: words.transcript_search }).fill(said);
  const marked = () =>
    page.evaluate(() => {
      const texts: string[] = [];
      CSS.highlights.get("sought")?.forEach((range) => texts.push(String(range)));
      return texts;
    });
  await expect.poll(marked).toContain(said);
  await page.getByRole("searchbox", { name: words.transcript_search }).fill("");
  await expect.poll(marked).toEqual([]);
});

test("an upload goes on after the network was away", async ({ page, words, context }) => {
  await page.goto("/transcripts");
  await context.route("**/uploads/*", (route) => route.abort(), { times: 1 });
  await page.locator('input[type="file"]').setInputFiles({
    name: "weekly.wav",
    mimeType: "audio/wav",
    buffer: recording(160),
  });
  await expect(page).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 40_000 });
  await expect(page.getByRole("heading", { level: 1, name: "weekly" })).toBeVisible();
  await expect(page.getByText(words.upload_waiting)).toHaveCount(0);
});

/** Pictures to look at: `LIANTAI_PICTURES=folder`. */
const pictures = process.env["LIANTAI_PICTURES"];
test("pictures of the pages", async ({ page, words }, info) => {
  test.skip(!pictures, "only when pictures are asked for");
  test.setTimeout(120_000);
  const take = async (name: string) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${pictures}/${info.project.name}-${name}-${colorScheme}.png` });
    }
  };
  await page.goto("/transcripts");
  await take("empty");
  await uploaded(page, words, 60);
  await take("open");
  await page.locator(".sentence__words > span").nth(8).click();
  await page.getByRole("link", { name: words.notes_map }).click();
  await take("map");
  await page.locator(".minutes__speakers summary").click();
  await take("speakers");
  await page.goto("/transcripts");
  await take("list");
});
