import { type Locator, type Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { fill } from "../pages/words.ts";
import { recording } from "../recording.ts";

/** A model that sees, and one that does not. */
const seeing = "qwen3.5-plus";
const blind = "qwen-plus";

/** The box where one writes. */
const composer = (page: Page) => page.locator(".composer");

/** The files beside the question. */
const attached = (page: Page): Locator => composer(page).locator(".attached__item");

/** A red picture, drawn by the page's own browser. */
async function picture(page: Page, width = 48, height = 32): Promise<Buffer> {
  const url = await page.evaluate(
    ([width, height]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const brush = canvas.getContext("2d")!;
      brush.fillStyle = "rgb(220 30 30)";
      brush.fillRect(0, 0, width, height);
      return canvas.toDataURL("image/png");
    },
    [width, height] as const,
  );
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

/** What is dropped or pasted. */
async function transfer(page: Page, files: { name: string; type: string; bytes: Buffer }[], text = "") {
  const sent = files.map(({ name, type, bytes }) => ({ name, type, base64: bytes.toString("base64") }));
  return page.evaluateHandle(
    ([files, text]) => {
      const data = new DataTransfer();
      for (const { name, type, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
      }
      if (text !== "") data.setData("text/plain", text);
      return data;
    },
    [sent, text] as const,
  );
}

/** Pastes into the field where one writes. */
async function paste(page: Page, prompt: Locator, data: Awaited<ReturnType<typeof transfer>>) {
  await prompt.focus();
  await page.evaluate((data) => {
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.activeElement!.dispatchEvent(event);
  }, data);
}

test("a picture is chosen, seen by the model, shown, and there after a reload", async ({ page, chat, words }) => {
  await chat.alive();
  await page.getByRole("combobox", { name: words.model }).selectOption(seeing);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: words.attach, exact: true }).click();
  await (await chooser).setFiles({ name: "red.png", mimeType: "image/png", buffer: await picture(page) });
  await expect(attached(page).locator("img")).toBeVisible();
  await expect(chat.sendButton, "a picture alone is a question").toBeEnabled();
  await chat.prompt.fill("What is on it?");
  await chat.sendButton.click();
  await expect(page).toHaveURL(/\/c\//);
  expect(await chat.answered()).toContain("48 × 32");
  await expect(attached(page)).toHaveCount(0);

  await page.reload();
  const enlarge = chat.question.getByRole("link", { name: fill(words.attachment_enlarge, { name: "red.png" }) });
  await expect(enlarge).toBeVisible();
  await chat.alive();
  await enlarge.click();
  const large = page.getByRole("dialog", { name: words.attachment_image });
  await expect.poll(() => large.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(48);
  await page.keyboard.press("Escape");
  await expect(large).toBeHidden();
});

test("pictures are pasted and dropped, and taken away again", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await page.getByRole("combobox", { name: words.model }).selectOption(seeing);
  const bytes = await picture(page);
  await paste(page, chat.prompt, await transfer(page, [{ name: "image.png", type: "image/png", bytes }]));
  await expect(attached(page)).toHaveCount(1);
  const data = await transfer(page, [
    { name: "two.png", type: "image/png", bytes },
    { name: "三.md", type: "", bytes: Buffer.from("# 春") },
  ]);
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await expect(page.getByText(words.attach_drop)).toBeVisible();
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await expect(page.getByText(words.attach_drop)).toBeHidden();
  await expect(attached(page)).toHaveCount(3);
  await expect(attached(page).locator("img")).toHaveCount(2);
  await page.getByRole("button", { name: fill(words.attach_remove, { name: "two.png" }) }).click();
  await expect(attached(page)).toHaveCount(2);
  await expect(page.getByRole("button", { name: words.attach, exact: true })).toBeFocused();
});

test("a long paste becomes a file, and text again", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  const long = "春眠不觉晓，".repeat(1_500);
  await paste(page, chat.prompt, await transfer(page, [], long));
  await expect(attached(page)).toHaveCount(1);
  await expect(chat.prompt).toHaveValue("");
  await page.getByRole("button", { name: words.attach_as_text }).click();
  await expect(attached(page)).toHaveCount(0);
  await expect(chat.prompt).toHaveValue(long);

  // What can't be kept as a file is nowhere else.
  await chat.prompt.fill("");
  await page.route("**/uploads", (route) => route.fulfill({ status: 500 }));
  await paste(page, chat.prompt, await transfer(page, [], long));
  await expect(chat.prompt).toHaveValue(long);
  await expect(attached(page)).toHaveCount(0);
  await page.unroute("**/uploads");

  await chat.prompt.fill("");
  await paste(page, chat.prompt, await transfer(page, [], long));
  await expect(chat.sendButton).toBeEnabled();
  await chat.prompt.fill("Who wrote this?");
  await chat.sendButton.click();
  await chat.answered();
  await expect(chat.question.getByRole("link", { name: /text-.*\.txt/ })).toBeVisible();
  await expect(chat.question).toContainText("Who wrote this?");
});

test("what can't be taken says why and keeps the rest", async ({ page, chat, words }) => {
  await chat.alive();
  await chat.prompt.fill("Compare these.");
  await composer(page).locator('input[type="file"]').setInputFiles([
    { name: "report.doc", mimeType: "application/msword", buffer: Buffer.from("\xD0\xCF\x11\xE0", "latin1") },
    { name: "huge.txt", mimeType: "text/plain", buffer: Buffer.alloc(500_001, "a") },
    { name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# notes") },
  ]);
  await expect(attached(page)).toHaveCount(3);
  await expect(attached(page).filter({ hasText: "report.doc" })).toContainText(words.error_attachment_refused);
  await expect(attached(page).filter({ hasText: "huge.txt" })).toContainText(fill(words.attach_too_large, { most: "500 kB" }));
  await expect(page.getByText(words.attach_refused)).toBeVisible();
  await expect(chat.sendButton, "none is left out without a word").toBeDisabled();
  await expect(chat.prompt).toHaveValue("Compare these.");
  await page.getByRole("button", { name: words.attach_without }).click();
  await expect(attached(page)).toHaveCount(1);
  await expect(chat.sendButton).toBeEnabled();
  await chat.sendButton.click();
  await chat.answered();
  await expect(chat.question.getByRole("link", { name: /notes\.md/ })).toBeVisible();
  await expect(chat.question.getByText("report.doc")).toHaveCount(0);
});

test("a model that can't see is told of before sending, and another one offered", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await page.getByRole("combobox", { name: words.model }).selectOption(blind);
  await chat.prompt.fill("What is on it?");
  await composer(page).locator('input[type="file"]').setInputFiles({
    name: "red.png",
    mimeType: "image/png",
    buffer: await picture(page),
  });
  await expect(page.getByText(words.error_model_cant_see)).toBeVisible();
  await expect(attached(page).locator("img")).toBeVisible();
  await expect(chat.sendButton).toBeDisabled();
  await page.getByRole("button", { name: fill(words.attach_ask, { model: "Qwen 3.5 Plus" }) }).click();
  await expect(page.getByText(words.error_model_cant_see)).toBeHidden();
  await expect(page.getByRole("combobox", { name: words.model })).toHaveValue(seeing);
  await chat.sendButton.click();
  expect(await chat.answered()).toContain("48 × 32");
});

test("what can be handed in is said before, sound is heard, and a film is watched", async ({ page, chat, words }) => {
  await chat.alive();
  const attach = page.getByRole("button", { name: words.attach, exact: true });
  await expect(attach).toHaveAttribute("title", /50 MB/);
  await expect(attach).toHaveAccessibleDescription(/50 MB/);
  const chosen = composer(page).locator('input[type="file"]');
  await chosen.setInputFiles({ name: "say.wav", mimeType: "audio/wav", buffer: recording(3) });
  await expect(page.getByText(words.error_model_cant_hear)).toBeVisible();
  await page.getByRole("button", { name: fill(words.attach_ask, { model: "Qwen 3.5 Omni Flash" }) }).click();
  await chat.prompt.fill("What is it?");
  await expect(chat.sendButton).toBeEnabled();
  await chat.sendButton.click();
  await expect(page).toHaveURL(/\/c\//);
  expect(await chat.answered()).toContain("lasts 3.0 seconds");
  await expect(chat.question.locator("audio")).toBeVisible();

  await page.goto("/");
  await chat.alive();
  await page.getByRole("combobox", { name: words.model }).selectOption(seeing);
  const film = Buffer.from("\0\0\0\x18ftypisom\0\0\x02\0isomiso2 and more", "latin1");
  await chosen.setInputFiles({ name: "dawn.mp4", mimeType: "video/mp4", buffer: film });
  await chat.prompt.fill("What is it?");
  await expect(chat.sendButton).toBeEnabled();
  await chat.sendButton.click();
  await expect(page).toHaveURL(/\/c\//);
  expect(await chat.answered()).toContain("There is a video");
  await expect(chat.question.locator("video")).toBeVisible();
});

test("an edited question keeps its files and gets others", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await page.getByRole("combobox", { name: words.model }).selectOption(seeing);
  await composer(page).locator('input[type="file"]').setInputFiles({
    name: "red.png",
    mimeType: "image/png",
    buffer: await picture(page),
  });
  await chat.prompt.fill("What is on it?");
  await expect(chat.sendButton).toBeEnabled();
  await chat.sendButton.click();
  await chat.answered();
  await chat.edit();
  const box = page.locator(".edit");
  await expect(box.locator(".attached__item")).toHaveCount(1);
  await box.locator('input[type="file"]').setInputFiles({
    name: "wide.png",
    mimeType: "image/png",
    buffer: await picture(page, 64, 20),
  });
  const send = box.getByRole("button", { name: words.send, exact: true });
  await expect(box.locator(".attached__item img")).toHaveCount(2);
  await expect(send).toBeEnabled();
  await send.click();
  await expect(chat.question.locator(".handed__picture")).toHaveCount(2);
  const answer = await chat.answered();
  expect(answer).toContain("48 × 32");
  expect(answer).toContain("64 × 20");
});
