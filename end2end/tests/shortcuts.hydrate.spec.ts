import { expect, pace, type Page, test } from "../fixtures.ts";

/** Leaves whatever is typed into. */
async function lookAtThePage(page: Page): Promise<void> {
  await page.locator("#main").focus();
}

test.describe("by the keyboard", { tag: "@desktop" }, () => {
  test("letters lead around where nothing is typed", async ({ page, chat, sidebar, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.answered();
    const first = chat.path;
    await lookAtThePage(page);
    await page.keyboard.press("n");
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
    await chat.ask(questions.code);
    await chat.answered();
    const second = chat.path;

    await lookAtThePage(page);
    await page.keyboard.press("j");
    await expect(page).toHaveURL((url) => url.pathname === first);
    await expect(chat.question).toContainText(questions.poem);
    await page.keyboard.press("k");
    await expect(page).toHaveURL((url) => url.pathname === second);
    await expect(chat.question).toContainText(questions.code);

    await page.keyboard.press("b");
    await expect(sidebar.view).toBeHidden();
    await page.keyboard.press("b");
    await expect(sidebar.view).toBeVisible();

    await page.keyboard.press("i");
    await expect(chat.prompt).toBeFocused();
    await page.keyboard.type("nbj?");
    await expect(chat.prompt, "what is typed is typed").toHaveValue("nbj?");
    expect(chat.path).toBe(second);
  });

  test("the newest answer is copied", async ({ context, page, chat, questions }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await chat.ask(questions.code);
    await chat.answered();
    await lookAtThePage(page);
    await page.keyboard.press("c");
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("```rust");
  });

  test("what is selected in an answer is quoted", async ({ page, chat, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.answered();
    await lookAtThePage(page);
    await page.keyboard.press("q");
    await expect(chat.prompt, "there is nothing to quote").toHaveValue("");
    await chat.answer.locator(".message__answer p").first().evaluate((paragraph) => getSelection()?.selectAllChildren(paragraph));
    await expect(page.getByRole("button", { name: words.quote, exact: true })).toBeVisible();
    await page.keyboard.press("q");
    await expect(chat.prompt).toHaveValue(/^> /);
    await expect(chat.prompt).toBeFocused();
  });

  test("the sheet says all of them", async ({ page, chat, sidebar, words }) => {
    await chat.alive();
    await lookAtThePage(page);
    const sheet = page.getByRole("dialog", { name: words.shortcuts });
    await page.keyboard.press("?");
    await expect(sheet).toBeVisible();
    for (const label of [words.palette, words.new_chat, words.shortcut_write, words.shortcut_stop, words.shortcut_copy, words.shortcut_quote, words.find_here, words.shortcut_next, words.shortcut_previous, words.shortcut_sidebar, words.shortcut_edit]) {
      await expect(sheet.getByRole("term").filter({ hasText: label }).first()).toBeVisible();
    }
    await expect(sheet.getByText(words.send_hint, { exact: true })).toBeVisible();
    await page.keyboard.press("n");
    await expect(sheet, "letters do nothing under a dialog").toBeVisible();
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();

    await chat.prompt.focus();
    await page.keyboard.press("Control+/");
    await expect(sheet, "also while one types").toBeVisible();
    await sheet.getByRole("button", { name: words.close }).click();
    await sidebar.openAccountMenu();
    await page.getByRole("button", { name: words.shortcuts }).click();
    await expect(sheet).toBeVisible();
  });

  test.describe("where a part of the page can't be had", () => {
    test.use({ expectedProblems: [/Failed to fetch/] });

    test("the sheet says so, and comes when it is tried again", async ({ page, chat, words }) => {
      await chat.alive();
      await lookAtThePage(page);
      await page.route("**/split_over.*.wasm", (route) => route.abort());
      await page.keyboard.press("?");
      const failed = page.getByRole("alert").filter({ hasText: words.load_failed });
      await expect(failed).toBeVisible();
      await page.unroute("**/split_over.*.wasm");
      await failed.getByRole("button", { name: words.try_again }).click();
      await expect(page.getByRole("dialog", { name: words.shortcuts })).toBeVisible();
      await expect(failed).toHaveCount(0);
    });
  });

  test("a key that is held does it once, and the browser nothing of its own", async ({ page, chat, words }) => {
    await chat.alive();
    await chat.prompt.focus();
    await page.evaluate(() => {
      const left: boolean[] = [];
      Object.assign(window, { left });
      // After all that listens for it: what nobody took is the browser's.
      window.addEventListener("keydown", (event) => {
        if (event.key === "k") left.push(!event.defaultPrevented);
      });
    });
    await page.keyboard.down("Control");
    for (let times = 0; times < 3; times += 1) await page.keyboard.down("k");
    await page.keyboard.up("k");
    await page.keyboard.up("Control");
    await expect(page.getByRole("dialog", { name: words.palette })).toBeVisible();
    expect(await page.evaluate(() => (window as unknown as { left: boolean[] }).left)).toEqual([false, false, false]);
  });

  // WCAG 2.1.4.
  test("letters can be switched off, and what is with Ctrl stays", async ({ page, chat, settings, questions, words }) => {
    await settings.open("/appearance");
    await settings.field(words.letter_keys).uncheck();
    await settings.saveAppearance.click();
    await expect(page.locator("html")).toHaveAttribute("data-letter-keys", "false");
    await page.goto("/");
    await chat.ask(questions.poem);
    await chat.answered();
    const { path } = chat;
    await lookAtThePage(page);
    await page.keyboard.press("n");
    await page.keyboard.press("?");
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("dialog", { name: words.palette })).toBeVisible();
    await expect(page.getByRole("dialog", { name: words.shortcuts })).toBeHidden();
    expect(chat.path).toBe(path);
  });

  test.describe("while an answer is written", () => {
    test.use({ configuration: pace.steady });

    test("a letter stops it", async ({ page, chat, questions, words }) => {
      await chat.ask(questions.long);
      await chat.midAnswer(1);
      await lookAtThePage(page);
      await page.keyboard.press("s");
      await expect(chat.answer).toContainText(words.stopped);
    });
  });
});
