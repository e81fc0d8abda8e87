import type { Locator } from "@playwright/test";

import { expect, fillIn, pace, type Page, somebody, test } from "../fixtures.ts";

/** How much wider the page is than the screen. */
async function excess(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

interface Point {
  x: number;
  y: number;
}

/** Moves a finger over the page. */
async function swipe(page: Page, from: Point, to: Point): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [from] });
  for (const part of [0.2, 0.4, 0.6, 0.8, 1]) {
    const point = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [point] });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.detach();
}

test.describe("on a phone", { tag: "@phone" }, () => {
  test("no page is wider than the screen, and one can register there", async ({ page, chat, sidebar, questions }) => {
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
    await fillIn(page, somebody());
    await expect(page).not.toHaveURL(/\/register/);
    await chat.alive();
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

  test("the sidebar is swiped open and shut, and a wide table only scrolls", async ({ page, chat, sidebar, questions }) => {
    await chat.ask(questions.table);
    await chat.answered();
    await swipe(page, { x: 40, y: 64 }, { x: 300, y: 68 });
    await expect(sidebar.view).toBeVisible();
    await swipe(page, { x: 280, y: 600 }, { x: 40, y: 610 });
    await expect(sidebar.view).toBeHidden();
    await swipe(page, { x: 200, y: 300 }, { x: 220, y: 500 });
    await expect(sidebar.view, "down is not sideways").toBeHidden();

    await chat.answer.locator("table").evaluate((table) => (table.style.minWidth = "60rem"));
    const wide = await chat.answer.evaluate((answer) => {
      const scrolls = (element: Element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
      const found = [...answer.querySelectorAll("*")].find((element) => element.scrollWidth > element.clientWidth && scrolls(element));
      if (!found) return null;
      found.scrollIntoView({ block: "center" });
      const { x, y, width, height } = found.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    });
    if (!wide) throw new Error("nothing is wider than the screen");
    await swipe(page, wide, { x: wide.x + 150, y: wide.y });
    await swipe(page, { x: wide.x + 100, y: wide.y }, { x: wide.x - 100, y: wide.y });
    const scrolled = () => chat.answer.evaluate((answer) => Math.max(...[...answer.querySelectorAll("*")].map((element) => element.scrollLeft)));
    await expect.poll(scrolled).toBeGreaterThan(0);
    await expect(sidebar.view).toBeHidden();
  });

  test("the composer stays in sight when the screen's keyboard opens", async ({ page, chat, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.answered();
    // Where browsers are told to, the page shrinks.
    await expect(page.locator('meta[name="viewport"]')).toHaveAttribute("content", /interactive-widget=resizes-content/);
    await chat.prompt.tap();
    await page.setViewportSize({ width: 390, height: 460 });
    await expect(chat.prompt).toBeFocused();
    await expect(chat.prompt).toBeInViewport({ ratio: 1 });
    await expect(chat.sendButton).toBeInViewport({ ratio: 1 });
    await page.setViewportSize({ width: 390, height: 844 });
    // Elsewhere the keyboard lies over it, and only the part that is seen is told of.
    const cover = () =>
      page.evaluate(() => {
        if (!visualViewport) throw new Error("no visual viewport");
        Object.defineProperty(visualViewport, "height", { configurable: true, get: () => 460 });
        visualViewport.dispatchEvent(new Event("resize"));
      });
    const lowest = async (seen: Locator) => {
      const box = await seen.boundingBox();
      return (box?.y ?? Number.NaN) + (box?.height ?? Number.NaN);
    };
    await cover();
    await expect.poll(() => lowest(chat.sendButton)).toBeLessThanOrEqual(460);

    // What one types into further down is not left behind the keyboard.
    await page.goto("/assistants/new");
    const field = page.getByLabel(words.max_tokens, { exact: true });
    await field.evaluate((element) => element.scrollIntoView({ block: "end" }));
    await field.focus();
    expect(await lowest(field), "it is where the keyboard comes").toBeGreaterThan(460);
    await cover();
    await expect.poll(() => lowest(field)).toBeLessThanOrEqual(460);
  });

  test("nothing slides for who asked for less movement", async ({ page, chat, sidebar }) => {
    await chat.alive();
    const slides = () =>
      sidebar.view.evaluate((view) => getComputedStyle(view).transitionDuration.split(", ").some((time) => Number.parseFloat(time) > 0));
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await slides()).toBe(true);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await slides()).toBe(false);
  });

  test.describe("while an answer is written", () => {
    test.use({ configuration: pace.steady });

    test("its end is told over another page, where nobody sees the list", async ({ page, chat, questions, words }) => {
      await chat.ask(questions.poem);
      await chat.midAnswer(1);
      const { path } = chat;
      await page.locator(".topbar__new").click();
      await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
      const told = page.locator('.toast[data-kind="ended"]');
      await expect(told).toContainText(words.unseen_answer, { timeout: 30_000 });
      await expect(told).toBeInViewport({ ratio: 1 });
      expect(await excess(page)).toBe(0);
      await told.getByRole("link").click();
      await expect(page).toHaveURL((url) => url.pathname === path);
      await expect(told).toHaveCount(0);
    });
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
