import { expect, setUp, test } from "../fixtures.ts";
import { ChatPage } from "../pages/chat_page.ts";
import { fill } from "../pages/words.ts";

test("an assistant is made, begins a conversation, and is deleted while the conversation keeps what it was told", async ({ page, chat, questions, words }) => {
  await chat.alive();
  await page.goto("/assistants");
  await expect(page.getByText(words.assistants_none)).toBeVisible();
  await expect(page.getByRole("list", { name: words.assistants_built_in }).getByRole("listitem")).toHaveCount(14);
  await page.getByRole("link", { name: words.assistant_new, exact: true }).click();
  await page.getByLabel(words.name, { exact: true }).fill("Poet");
  await page.getByLabel(words.assistant_sign, { exact: true }).fill("🌸");
  await page.getByLabel(words.assistant_instructions, { exact: true }).fill("Rhyme in {{form|couplets}}.");
  await page.getByLabel(words.assistant_starters, { exact: true }).fill(questions.poem);
  await page.getByRole("checkbox", { name: words.tool_calculate }).check();
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page).toHaveURL(/\/assistants(\?done=1)?$/);

  const own = page.getByRole("list", { name: words.assistants_own }).getByRole("listitem");
  await expect(own).toHaveCount(1);
  await own.getByRole("link", { name: "Poet", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Poet", level: 1 })).toBeVisible();
  await chat.alive();
  await page.getByLabel("form", { exact: true }).fill("sonnets");
  await chat.ask(questions.poem);
  await chat.answered();
  await page.locator(".answering > summary").click();
  await page.locator(".told > summary").click();
  await expect(page.locator(".told__text")).toHaveText("Rhyme in sonnets.");
  const conversation = chat.path;

  await page.goto("/assistants");
  await own.getByRole("link", { name: `${words.edit}: Poet` }).click();
  await expect(page.getByRole("checkbox", { name: words.tool_calculate })).toBeChecked();
  // An image takes the place of the sign wherever that is shown.
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
  await page.getByLabel(words.picture_choose).setInputFiles({ name: "poet.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") });
  await page.getByRole("button", { name: words.picture_upload }).click();
  await expect(page).toHaveURL(/\/edit(\?done=1)?$/);
  await expect(page.locator(".panel__picture img.picture")).toHaveJSProperty("naturalWidth", 256);
  await page.goto(conversation);
  await expect(page.locator(".answering img.picture")).toHaveJSProperty("naturalWidth", 256);
  await page.goto("/assistants");
  await expect(own.locator("img.picture")).toHaveCount(1);
  await own.getByRole("link", { name: `${words.edit}: Poet` }).click();
  await page.getByRole("button", { name: words.picture_remove }).click();
  await expect(page.getByRole("button", { name: words.picture_remove })).toHaveCount(0);
  await expect(page.locator(".panel__picture .picture")).toHaveText("🌸");
  const remove = page.getByRole("button", { name: words.delete, exact: true });
  const undo = page.getByRole("button", { name: words.undo, exact: true });
  await remove.click();
  await expect(page.getByText(words.assistants_none)).toBeVisible();
  await undo.click();
  await expect(own).toHaveCount(1);
  await expect(undo).toHaveCount(0);
  // Nor is it offered by a page that is loaded again.
  await expect(page).toHaveURL(/\/assistants$/);
  await own.getByRole("link", { name: `${words.edit}: Poet` }).click();
  await remove.click();
  await expect(page.getByText(words.assistants_none)).toBeVisible();
  await page.getByRole("link", { name: words.close, exact: true }).click();
  await expect(undo).toHaveCount(0);
  await expect(page).toHaveURL(/\/assistants$/);
  await page.goto(conversation);
  await expect(page.locator(".answering > summary")).toContainText("Poet");

  // One that is gone keeps nobody from writing.
  await page.goto("/?assistant=01990000-0000-7000-8000-0000000000ff");
  await expect(page.getByText(words.error_assistant_gone)).toBeVisible();
  await expect(chat.prompt).toBeVisible();
});

test("an application of Bailian's answers as an assistant, and shows its steps and what it refers to", { tag: "@desktop" }, async ({ page, server, account, questions, words, javaScriptEnabled }) => {
  // Who may publish sets the site up.
  await setUp(page, server, account);
  const chat = new ChatPage(page, words, javaScriptEnabled !== false);

  await page.goto("/assistants/new?kind=application");
  await page.getByLabel(words.name, { exact: true }).fill("Help desk");
  // The simulator has put a knowledge base behind those that begin so.
  await page.getByLabel(words.assistant_application_id, { exact: true }).fill("b00c65c965c31b40958a43dc93c28c7a");
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page).toHaveURL(/\/assistants(\?done=1)?$/);
  await page.getByRole("list", { name: words.assistants_own }).getByRole("link", { name: "Help desk", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Help desk", level: 1 })).toBeVisible();
  await expect(page.getByRole("combobox", { name: words.model }), "it has a model of its own").toHaveCount(0);

  await chat.ask(questions.poem);
  await chat.answered();
  await expect(page.locator(".answering > summary")).toContainText("Help desk");
  const references = chat.answer.locator(".references");
  const shown = async () => {
    const steps = chat.answer.locator(".reasoning");
    await expect(steps, "folded when the answer has begun").not.toHaveAttribute("open");
    await steps.locator("summary").click();
    await expect(steps.getByRole("listitem")).toHaveText("知识检索");
    await expect(chat.answer.getByText("[1]").first()).toBeVisible();
    await expect(references.locator("summary")).toHaveText(fill(words.references_count, { count: 1 }));
    await references.locator("summary").click();
    await expect(references.getByRole("listitem")).toContainText("示例文档 handbook");
    await expect(references.locator(".references__passage")).toContainText(questions.poem);
  };
  await shown();
  await page.reload();
  await chat.answered();
  await shown();
  // It goes on with what was said, and another question is answered with references of its own.
  await chat.ask(questions.code);
  await chat.answered();
  await expect(references.locator("summary")).toBeVisible();
  await expect(page.locator(".references")).toHaveCount(2);
});
