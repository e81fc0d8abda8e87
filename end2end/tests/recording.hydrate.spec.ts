import { chromium } from "../browser.ts";
import { enter, expect, pace, test } from "../fixtures.ts";
import { recordingFile } from "../recording.ts";

// The browser's microphone is a file, which it is told when it starts.
test.use({
  configuration: pace.made,
  permissions: ["microphone"],
  launchOptions: {
    ...chromium.launchOptions,
    args: [
      ...(chromium.launchOptions?.args ?? []),
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${recordingFile(30)}`,
    ],
  },
});

test.beforeEach(async ({ page, account }) => {
  await enter(page, account);
});

test("what is recorded in the page is written down", async ({ page, words }) => {
  await page.goto("/transcripts");
  const timer = page.getByRole("timer");
  // The button does nothing before the page is alive.
  await expect(async () => {
    if (!(await timer.isVisible())) await page.getByRole("button", { name: words.recording_begin }).click();
    await expect(timer).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(timer).toHaveText("0:03", { timeout: 15_000 });
  await page.getByRole("button", { name: words.upload_pause }).click();
  await expect(page.getByRole("button", { name: words.upload_resume })).toBeVisible();
  await page.getByRole("button", { name: words.upload_resume }).click();
  await page.getByRole("button", { name: words.recording_end }).click();
  await expect(page).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 30_000 });
  await expect(page.getByRole("heading", { level: 1 })).toContainText(words.recording);
});

test("a recording whose page dies is there when one comes back", async ({ page, context, words }) => {
  await page.goto("/transcripts");
  const arrived = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
  await page.getByRole("button", { name: words.recording_begin }).click();
  await arrived;
  // Without asking it anything, as a crash does.
  await page.close({ runBeforeUnload: false });

  const again = await context.newPage();
  await again.goto("/transcripts");
  const [begin = ""] = words.recording_unfinished.split("{length}");
  const found = again.getByRole("listitem").filter({ hasText: begin.trim() });
  await expect(found).toContainText("0:0");
  await found.getByRole("button", { name: words.recording_use }).click();
  await expect(again).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 30_000 });
  await expect(again.getByRole("heading", { level: 1 })).toContainText(words.recording);
  await again.goto("/transcripts");
  await expect(again.getByRole("button", { name: words.recording_begin })).toBeVisible();
  await expect(found).toHaveCount(0);
});

test.describe("a network that goes", () => {
  test.use({ expectedProblems: [/Failed to load resource|ERR_INTERNET_DISCONNECTED/] });

  test("what is recorded meanwhile is sent when it is back", async ({ page, context, words }) => {
    await page.goto("/transcripts");
    const arrived = page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
    await page.getByRole("button", { name: words.recording_begin }).click();
    await arrived;
    await context.setOffline(true);
    await expect(page.getByText(words.recording_kept_here)).toBeVisible({ timeout: 20_000 });
    await context.setOffline(false);
    await expect(page.getByText(words.recording_kept_here)).toBeHidden({ timeout: 20_000 });
    await page.getByRole("button", { name: words.recording_end }).click();
    await expect(page).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 30_000 });
  });
});

test("what is said while it is recorded stands beside it, if that is wanted", async ({ page, words }) => {
  await page.goto("/transcripts");
  await page.getByLabel(words.captions).check();
  await expect(page.getByRole("log")).toHaveText(words.captions_none);
  await page.getByRole("button", { name: words.recording_begin }).click();
  await expect(page.getByRole("log")).not.toHaveText(words.captions_none, { timeout: 20_000 });
  await page.getByRole("button", { name: words.upload_pause }).click();
  // What took an hour to record is not lost by a slip.
  await page.locator("summary").filter({ hasText: words.recording_discard }).click();
  await expect(page.getByText(words.recording_discard_question)).toBeVisible();
  await page.getByRole("button", { name: words.recording_discard, exact: true }).click();
  await expect(page.getByRole("button", { name: words.recording_begin })).toBeVisible();
});

test("what is spoken stands in the field", async ({ page, words }) => {
  await page.goto("/");
  await page.getByRole("button", { name: words.dictation_start }).click();
  await expect(page.getByLabel(words.ask_anything)).not.toHaveValue("", { timeout: 20_000 });
  await page.getByRole("button", { name: words.dictation_stop }).click();
  await expect(page.getByRole("button", { name: words.dictation_start })).toBeVisible({ timeout: 20_000 });
});
