import { readFileSync } from "node:fs";

import { enter, expect, pace, type Page, test } from "../fixtures.ts";
import { InputMethod } from "../pages/input_method.ts";
import { fill, type Words } from "../pages/words.ts";
import { WorksPage } from "../pages/works_page.ts";
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

test.use({ configuration: pace.made });

test.beforeEach(async ({ page, account }) => {
  await enter(page, account);
});

test("a recording that was chosen before the page is alive is sent when it is", { tag: "@desktop" }, async ({ page }) => {
  let load = () => {};
  const mayLoad = new Promise<void>((resolve) => (load = resolve));
  await page.route(/\.wasm$/, async (route) => {
    await mayLoad;
    await route.continue();
  });
  await page.goto("/transcripts");
  await page.locator('input[type="file"]').setInputFiles({ name: "early.wav", mimeType: "audio/wav", buffer: recording(2) });
  load();
  await expect(page).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 30_000 });
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

test("words light up as they are said, a click on one plays from there, and what is looked for is marked where it stands", async ({ page, words }) => {
  await uploaded(page, words);
  const word = page.locator(".sentence").nth(1).locator(".sentence__words > span").first();
  await word.click();
  await expect(page.locator(".sentence__words > span[data-now]")).toHaveCount(1);
  const at = await page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime);
  expect(at).toBeGreaterThan(1);
  await page.locator("h1").click();
  await page.keyboard.press(" ");
  await expect.poll(() => page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.paused)).toBe(true);

  const said = ((await page.locator(".sentence__words").first().textContent()) ?? "").trim().slice(0, 4);
  await page.getByRole("searchbox", { name: words.transcript_search }).fill(said);
  const marked = () =>
    page.evaluate(() => {
      const texts: string[] = [];
      CSS.highlights.get("sought")?.forEach((range) => texts.push(String(range)));
      return texts;
    });
  await expect.poll(marked).toContain(said);
  const hits = page.locator(".minutes__hits");
  await expect(hits).toHaveText(/^1 \/ [1-9]/);
  const count = Number(((await hits.textContent()) ?? "").split("/")[1]);
  await page.getByRole("button", { name: words.search_next }).click();
  await expect(hits).toHaveText(`${count > 1 ? 2 : 1} / ${count}`);
  await page.getByRole("button", { name: words.search_previous }).click();
  await expect(hits).toHaveText(`1 / ${count}`);
  await page.getByRole("searchbox", { name: words.transcript_search }).fill("没有人说过的话");
  await expect(hits).toHaveText("0 / 0");
  await page.getByRole("searchbox", { name: words.transcript_search }).fill("");
  await expect.poll(marked).toEqual([]);
});

test("a speaker gets a name and a word is put right, and both stay", async ({ page, words }) => {
  await uploaded(page, words);
  await page.locator(".minutes__speakers > summary").click();
  const first = page.locator(".minutes__speakers form").first();
  await first.getByRole("textbox").fill("林黛玉");
  await first.getByRole("button", { name: words.save }).click();
  await expect(page.locator(".sentence__speaker", { hasText: "林黛玉" }).first()).toBeVisible();

  const sentence = page.locator(".sentence").first();
  await sentence.hover();
  await sentence.getByRole("button", { name: words.sentence_edit }).click();
  // Esc that puts away the words of an input method puts away nothing else.
  await sentence.getByRole("textbox").focus();
  const input = await InputMethod.on(page);
  await input.compose("gai");
  await input.pressEscape();
  await input.choose("改");
  await expect(sentence.getByRole("textbox")).toHaveValue(/改/);
  // What nobody would see in it is marked, and no part of the text.
  await sentence.getByRole("textbox").fill("这句\u202e话改过了。");
  await sentence.getByRole("button", { name: words.save }).click();
  await expect(sentence.locator(".sentence__words")).toHaveText("这句话改过了。");
  await expect(sentence.getByRole("img", { name: "U+202E" })).toBeVisible();
  await page.reload();
  await expect(page.locator(".sentence__words").first()).toHaveText("这句话改过了。");
  await expect(page.locator(".sentence__speaker", { hasText: "林黛玉" }).first()).toBeVisible();

  await page.goto("/transcripts?words=改过");
  await expect(page.locator(".recordings__hit")).toHaveText(/这句话改过了/);
  await expect(page.locator(".recordings__hit").getByRole("img", { name: "U+202E" })).toBeVisible();

  // Deleted, it is nowhere; taken back, it is as it was.
  await page.locator(".recordings__link").first().click();
  await expect(page.locator(".sentence__words").first()).toHaveText("这句话改过了。");
  const address = new URL(page.url()).pathname;
  await page.getByRole("button", { name: words.delete, exact: true }).click();
  await expect(page).toHaveURL(/\/transcripts\?deleted=/);
  await expect(page.getByText(words.transcripts_none)).toBeVisible();
  const undo = page.getByRole("button", { name: words.undo, exact: true });
  await undo.click();
  await expect(page.locator(".recordings__item")).toHaveCount(1);
  await expect(undo).toHaveCount(0);
  await page.goto(address);
  await expect(page.locator(".sentence__speaker", { hasText: "林黛玉" }).first()).toBeVisible();
});

test("a transcript is called something else, two voices become one, and its translation stands beside it", { tag: "@desktop" }, async ({ page, words }) => {
  // Long enough that both are heard.
  await uploaded(page, words, 40);
  const address = new URL(page.url()).pathname;
  const rename = async (page: Page, title: string) => {
    await page.locator(".minutes__rename > summary").click();
    const name = page.locator(".minutes__rename").getByRole("textbox");
    await name.fill(title);
    await name.press("Enter");
    return name;
  };
  const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true });
  await rename(page, "周会 weekly");
  await expect(heading(page, "周会 weekly")).toBeVisible();
  await expect(page).toHaveTitle(/周会 weekly/);

  // Another window is faster: nothing is overwritten, and what was typed stays.
  const other = await page.context().newPage();
  await other.goto(address);
  await rename(other, "Planning");
  await expect(heading(other, "Planning")).toBeVisible();
  await other.close();
  const name = await rename(page, "too late");
  await expect(page.getByText(words.error_outdated)).toBeVisible();
  await expect(name).toHaveValue("too late");
  await name.press("Escape");
  await expect(heading(page, "周会 weekly")).toBeVisible();
  await page.reload();
  await expect(heading(page, "Planning")).toBeVisible();

  const voices = async () => new Set(await page.locator(".sentence__speaker").allTextContents()).size;
  expect(await voices()).toBe(2);
  await page.locator(".minutes__speakers > summary").click();
  const merging = page.locator(".minutes__speakers details.confirm");
  // Esc takes the question back and nothing else; the keyboard stands where it was asked.
  await merging.locator("summary").click();
  await expect(merging.getByText(words.speakers_merge_question)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(merging.getByText(words.speakers_merge_question)).toBeHidden();
  await expect(merging.locator("summary")).toBeFocused();
  await merging.locator("summary").press("Enter");
  await merging.getByRole("button", { name: words.speakers_merge, exact: true }).click();
  await expect.poll(voices).toBe(1);

  await page.getByRole("link", { name: words.notes_questions }).click();
  await expect(page.locator(".minutes__items li").first().or(page.getByText(words.notes_nothing)).first()).toBeVisible();

  await page.locator("summary").filter({ hasText: words.transcript_translation }).click();
  await page.getByRole("combobox", { name: words.transcript_translation }).selectOption("ja");
  await page.getByRole("button", { name: words.transcript_translate, exact: true }).click();
  await expect(async () => {
    await page.goto(`${address}?translation=ja`);
    await expect(page.locator(".sentence__translation").first()).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 40_000 });
  await expect(page.locator('.minutes__text[data-both="true"]')).toBeVisible();
  await expect(page.locator(".sentence__translation")).toHaveCount(await page.locator(".sentence").count());
});

test.describe("with little room", { tag: "@desktop" }, () => {
  // A recording of twenty seconds, and a kilobyte.
  test.use({ configuration: { ...pace.made, LIANTAI__FILES__PERSON_BYTES: "641000", LIANTAI__FILES__DAYS_KEPT: "30" } });

  test("what there is no room for is refused and kept here, until there is", async ({ page, words }) => {
    await uploaded(page, words);
    await page.goto("/transcripts");
    await page.locator('input[type="file"]').setInputFiles({ name: "second.wav", mimeType: "audio/wav", buffer: recording(20) });
    await expect(page.getByText(words.error_storage_used_up)).toBeVisible();
    await expect(page).toHaveURL(/\/transcripts$/);

    const other = await page.context().newPage();
    const works = new WorksPage(other, words, true);
    await works.open("/images");
    await works.prompt.fill("a heron");
    await works.makeButton.click();
    await expect(works.making.getByText(words.error_storage_used_up).first()).toBeVisible({ timeout: 30_000 });

    await works.open("/library");
    await expect(other.locator(".storage__told")).toHaveText(fill(words.storage_of, { used: "640 kB", most: "641 kB" }));
    await expect(other.getByText(fill(words.library_days_kept, { days: 30 }))).toBeVisible();
    await expect(works.shelf, "a transcript and its recording").toHaveCount(2);
    // The recording is in use; with its transcript it goes.
    const kinds = other.getByRole("group", { name: words.kind_of_work });
    await kinds.getByRole("link", { name: words.library_recordings }).click();
    await expect(works.shelf).toHaveCount(1);
    await expect(works.shelf.getByRole("link", { name: words.one_transcript, exact: true })).toBeVisible();
    const remove = async () => {
      await works.shelf.first().getByRole("checkbox").check();
      await other.getByRole("button", { name: words.delete, exact: true }).click();
    };
    await remove();
    await expect(other.getByText(fill(words.library_stayed, { count: 1 }))).toBeVisible();
    await expect(works.shelf).toHaveCount(1);
    await kinds.getByRole("link", { name: words.transcripts }).click();
    await expect(works.shelf.locator("a.shelf__open[aria-label*=weekly]")).toBeVisible();
    await remove();
    await expect(works.shelf).toHaveCount(0);
    // What can come back takes its room until it is gone for good.
    await expect(other.locator(".storage__told")).toHaveText(fill(words.storage_of, { used: "640 kB", most: "641 kB" }));
    await expect(other.getByText(fill(words.library_bytes_deleted, { size: "640 kB" }))).toBeVisible();
    await other.getByRole("link", { name: words.library_trash, exact: true }).click();
    const discarded = other.getByRole("list", { name: words.library_trash }).getByRole("listitem");
    await discarded.locator("summary").filter({ hasText: words.delete_for_good }).click();
    await discarded.getByRole("button", { name: words.delete_for_good, exact: true }).click();
    await expect(discarded).toHaveCount(0);
    await expect(other.locator(".storage__told")).toHaveText(fill(words.storage_of, { used: "0 B", most: "641 kB" }));
    await other.close();

    await page.getByRole("button", { name: words.try_again, exact: true }).click();
    await expect(page).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 30_000 });
    await expect(page.getByRole("heading", { level: 1, name: "second" })).toBeVisible();
  });
});

test("an upload goes on after the network was away", { tag: "@desktop" }, async ({ page, words, context }) => {
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
