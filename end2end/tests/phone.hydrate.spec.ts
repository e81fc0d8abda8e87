import { expect, type Page, test } from "../fixtures.ts";

/** How much wider the page is than the screen. */
async function excess(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

test.describe("on a phone", { tag: "@phone" }, () => {
  test("no page is wider than the screen", async ({ page, chat, sidebar, questions }) => {
    await chat.alive();
    expect(await excess(page), "new conversation").toBe(0);
    await chat.ask(questions.code);
    await chat.answered();
    await chat.ask(questions.table);
    await chat.answered();
    expect(await excess(page), "conversation with code and a table").toBe(0);
    await expect(chat.prompt).toBeInViewport({ ratio: 1 });
    await expect(chat.sendButton).toBeInViewport({ ratio: 1 });
    await sidebar.signOut();
    for (const path of ["/login", "/register"]) {
      await page.goto(path);
      expect(await excess(page), path).toBe(0);
    }
  });

  test("the sidebar is a drawer that closes when one has chosen", async ({ page, chat, sidebar, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.answered();
    await expect(sidebar.view).toBeHidden();
    await sidebar.reveal();
    await expect(sidebar.view).toBeInViewport();
    await sidebar.view.getByRole("link", { name: words.new_chat }).click();
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
    await expect(sidebar.view).toBeHidden();

    await sidebar.reveal();
    // The veil beside the drawer.
    await page.mouse.click(380, 500);
    await expect(sidebar.view).toBeHidden();
  });

  test("what is tapped is large enough for a finger", async ({ page, chat, questions }) => {
    await chat.ask(questions.code);
    await chat.answered();
    const small = await page
      .getByRole("button")
      .or(page.getByRole("combobox"))
      .filter({ visible: true })
      .evaluateAll((controls) =>
        controls
          .map((control) => ({ name: control.outerHTML.slice(0, 80), box: control.getBoundingClientRect() }))
          .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
          .map(({ name, box }) => `${name} ${box.width}×${box.height}`),
      );
    expect(small).toEqual([]);
  });
});
