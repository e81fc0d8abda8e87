import { type Locator, type Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import { docx, lockedPdf, pdf } from "../pages/documents.ts";
import { fill } from "../pages/words.ts";

/** A chip of a file beside the question. */
const chip = (page: Page, name: string): Locator => page.locator(".composer .attached__item").filter({ hasText: name });

/** Drops files on the page. */
async function drop(page: Page, files: { name: string; type: string; bytes: Buffer }[]) {
  const sent = files.map(({ name, type, bytes }) => ({ name, type, base64: bytes.toString("base64") }));
  const data = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const { name, type, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    return data;
  }, sent);
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
}

test("documents are dropped, read, shown as they were read, and answered about", async ({ page, chat, words }) => {
  await chat.alive();
  await drop(page, [
    { name: "a.docx", type: "", bytes: docx(["Spring dawn", "birds everywhere"]) },
    { name: "b.pdf", type: "application/pdf", bytes: pdf(["Rain and wind", "petals fell"]) },
  ]);
  await expect(chip(page, "b.pdf")).toContainText(fill(words.attach_pages, { pages: "2" }));
  await expect(chip(page, "a.docx")).toContainText(fill(words.attach_characters, { count: "28" }));
  const opened = page.context().waitForEvent("page");
  await page.getByRole("link", { name: fill(words.attachment_read, { name: "b.pdf" }) }).click();
  const shown = await opened;
  await expect(shown.getByText("[page 2]")).toBeVisible();
  await expect(shown.getByText("petals fell")).toBeVisible();
  await shown.close();

  // Nothing is typed: what was handed in is what the answer is about.
  await chat.sendButton.click();
  await expect(page).toHaveURL(/\/c\//);
  expect(await chat.answered()).toContain("Spring dawn");
  await page.reload();
  await expect(chat.question.getByRole("link", { name: /^b\.pdf/ })).toHaveAttribute("download", "b.pdf");
  await expect(chat.question.getByRole("link", { name: fill(words.attachment_read, { name: "a.docx" }) })).toBeVisible();
});

test("a locked document is refused and the rest stays; a scan goes to a model that reads it", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await chat.prompt.fill("What is written there?");
  const input = page.locator('.composer input[type="file"]');
  await input.setInputFiles({ name: "locked.pdf", mimeType: "application/pdf", buffer: lockedPdf() });
  await expect(chip(page, "locked.pdf")).toContainText(words.error_file_locked);
  await expect(chat.prompt).toHaveValue("What is written there?");
  await page.getByRole("button", { name: fill(words.attach_remove, { name: "locked.pdf" }) }).click();
  await expect(chip(page, "locked.pdf")).toHaveCount(0);

  await input.setInputFiles({ name: "scan.pdf", mimeType: "application/pdf", buffer: pdf([""]) });
  await expect(page.getByText(words.error_document_without_text)).toBeVisible();
  await expect(chat.sendButton).toBeDisabled();
  await page.getByRole("button", { name: fill(words.attach_ask, { model: "Qwen Long" }) }).click();
  await expect(page.getByText(words.error_document_without_text)).toBeHidden();
  await expect(chat.prompt).toHaveValue("What is written there?");
  await chat.sendButton.click();
  expect(await chat.answered()).toContain("scan.pdf");
});
