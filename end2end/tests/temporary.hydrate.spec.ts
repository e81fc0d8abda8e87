import { expect, test } from "../fixtures.ts";

test("a temporary conversation is gone when it is left, and knows nothing of what is remembered", async ({ page, chat, sidebar, settings, questions, words }) => {
  await chat.alive();
  await settings.open("/memory");
  await expect(page.getByText(words.memory_nothing)).toBeVisible();
  await settings.field(words.memory_new).fill("I teach <b>poetry</b>.");
  await settings.button(words.memory_add).click();
  await expect(page.locator(".fact")).toHaveCount(1);
  await expect(page.getByText(words.memory_nothing), "it is off").toBeVisible();
  await page.getByLabel(words.memory_on).check();
  await settings.panel(words.memory).getByRole("button", { name: words.save, exact: true }).click();
  await expect(page.locator(".sent-preview")).toContainText("- I teach <b>poetry</b>.");

  await page.goto("/");
  await chat.alive();
  await page.getByRole("link", { name: words.temporary_on }).click();
  await expect(page.getByText(words.temporary_note)).toBeVisible();
  await page.getByText(words.temporary_more).click();
  await expect(page.getByText(words.temporary_kept)).toBeVisible();
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await expect(page.getByText(words.temporary_note)).toBeVisible();
  await expect(page.getByRole("button", { name: words.pin, exact: true })).toHaveCount(0);
  await sidebar.reveal();
  await expect(sidebar.links).toHaveCount(0);
  await page.goto("/settings/memory");
  await expect(async () => {
    const gone = await page.request.get(path);
    expect(gone.status()).toBe(404);
  }).toPass();

  // What the browser kept of a page that was left is not shown again: the page is asked for anew.
  const anew = page.waitForEvent("load");
  await page.evaluate(() => {
    setTimeout(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  });
  await anew;
  await expect(settings.field(words.memory_new)).toBeVisible();
});

test("something that was said is taken over into what is remembered, and forgotten again", { tag: "@desktop" }, async ({ page, chat, settings, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.choose(chat.question, words.memory_keep);
  await expect(page).toHaveURL(/\/settings\/memory/);
  const field = settings.field(words.memory_new);
  await expect(field).toHaveValue(questions.poem);
  await field.fill("字".repeat(301));
  await settings.button(words.memory_add).click();
  await expect(page.getByRole("alert").filter({ hasText: words.error_invalid_fact })).toBeVisible();
  await expect(field, "what was typed stays").toHaveValue("字".repeat(301));
  await field.fill(questions.poem);
  await settings.button(words.memory_add).click();
  await expect(page.locator(".fact")).toHaveCount(1);
  await expect(field).toHaveValue("");
  await page.reload();
  await expect(page.locator(".fact input[name=text]")).toHaveValue(questions.poem);
  await page.waitForLoadState("networkidle");
  await page.locator(".fact").getByRole("button", { name: `${words.memory_forget}: ` }).click();
  await expect(page.locator(".fact")).toHaveCount(0);
  await page.getByRole("button", { name: words.undo, exact: true }).click();
  await expect(page.locator(".fact input[name=text]")).toHaveValue(questions.poem);
  await expect(page.getByRole("button", { name: words.undo, exact: true })).toHaveCount(0);
  await settings.button(words.memory_forget_all).click();
  await expect(page.locator(".fact")).toHaveCount(0);
  await page.getByRole("button", { name: words.undo, exact: true }).click();
  await expect(page.locator(".fact input[name=text]")).toHaveValue(questions.poem);
  await settings.button(words.memory_forget_all).click();
  await expect(page.getByText(words.memory_forgotten_all)).toBeVisible();
  await page.getByRole("link", { name: words.close, exact: true }).click();
  await expect(page.getByRole("button", { name: words.undo, exact: true })).toHaveCount(0);
  await expect(page.locator(".fact")).toHaveCount(0);

  // A line that goes takes along what was typed into it: the next one shows its own.
  const lines = page.locator(".fact");
  const texts = lines.locator("input[name=text]");
  for (const [place, text] of ["one", "two"].entries()) {
    await field.fill(text);
    await settings.button(words.memory_add).click();
    await expect(lines).toHaveCount(place + 1);
  }
  const next = await texts.nth(1).inputValue();
  await texts.nth(0).fill("changed");
  await lines.nth(0).getByRole("button", { name: words.save }).click();
  await lines.nth(0).getByRole("button", { name: `${words.memory_forget}: changed` }).click();
  await expect(lines).toHaveCount(1);
  await expect(texts).toHaveValue(next);
});
