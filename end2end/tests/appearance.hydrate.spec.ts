import { expect, pace, type Page, test } from "../fixtures.ts";
import { InputMethod } from "../pages/input_method.ts";

/** Notices as a browser shows them, noted instead of shown. */
async function noteNotices(page: Page, permission: "granted" | "denied"): Promise<void> {
  await page.addInitScript((permission) => {
    const told: unknown[] = [];
    class Notice {
      static permission = permission;
      static requestPermission = () => Promise.resolve(permission);
      onclick: unknown = null;
      constructor(title: string, options: object) {
        told.push({ title, ...options });
      }
    }
    Object.assign(window, { Notification: Notice, told });
  }, permission);
}

/** What notices were shown. */
async function told(page: Page): Promise<{ title: string; body: string }[]> {
  return page.evaluate(() => (window as unknown as { told: { title: string; body: string }[] }).told);
}

/** Lets the page believe that another tab is in front of it, or not. */
async function hide(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}

test("Ctrl+Enter sends where that was chosen, and Enter breaks the line", { tag: "@desktop" }, async ({ page, chat, settings, words }) => {
  await chat.alive();
  await settings.open("/appearance");
  await settings.field(words.send_key).selectOption("command");
  await settings.saveAppearance.click();
  await expect(page.locator("html")).toHaveAttribute("data-send", "command");
  await page.goto("/");
  await chat.alive();
  await chat.prompt.pressSequentially("one");
  await chat.prompt.press("Enter");
  await chat.prompt.pressSequentially("two");
  await expect(chat.prompt).toHaveValue("one\ntwo");

  const input = await InputMethod.on(page);
  await input.compose("san");
  await input.pressEnter("macOS");
  await input.choose("三");
  await expect(chat.prompt).toHaveValue("one\ntwo三");
  await expect(async () => {
    if (await chat.prompt.inputValue()) await chat.prompt.press("Control+Enter");
    await expect(chat.questions).toHaveCount(1, { timeout: 200 });
  }).toPass();
  await expect(chat.questions).toContainText(/one\ntwo三/);
  await chat.answered();
  await chat.edit();
  await expect(page.getByText(words.edit_keys_command, { exact: true })).toBeVisible();
  await expect(page.getByText(words.edit_keys, { exact: true })).toBeHidden();
});

test("a browser that blocks notices is explained", async ({ page, chat, settings, words }) => {
  await noteNotices(page, "denied");
  await chat.alive();
  await settings.open("/appearance");
  await expect(page.getByText(words.notify_denied)).toHaveCount(0);
  await settings.field(words.notify).check();
  await expect(page.getByText(words.notify_denied)).toBeVisible();
});

test.describe("while an answer is written", () => {
  test.use({ configuration: pace.steady });

  test("its end is told when nobody looks: by the tab's title, and by a notice where one is wanted", { tag: "@desktop" }, async ({ page, chat, settings, questions, words }) => {
    await noteNotices(page, "granted");
    await page.reload();
    await chat.alive();
    await chat.ask(questions.poem);
    await chat.midAnswer(1);
    await hide(page, true);
    await expect(page).toHaveTitle(/^✓ /, { timeout: 30_000 });
    expect(await told(page), "nobody asked for a notice").toEqual([]);
    await hide(page, false);
    await expect(page).not.toHaveTitle(/^✓ /);

    await settings.open("/appearance");
    await settings.field(words.notify).check();
    await settings.saveAppearance.click();
    await expect(page.locator("html")).toHaveAttribute("data-notify", "true");
    await page.goto("/");
    await chat.ask(questions.poem);
    await chat.midAnswer(1);
    await hide(page, true);
    await expect.poll(async () => (await told(page)).length, { timeout: 30_000 }).toBe(1);
    const [notice] = await told(page);
    expect(notice?.body).toBe(words.answer_finished);
  });

  test("nothing is told to who looks", { tag: "@desktop" }, async ({ page, chat, questions }) => {
    await noteNotices(page, "granted");
    await page.reload();
    await chat.alive();
    await chat.ask(questions.poem);
    await chat.answered();
    await expect(page).not.toHaveTitle(/^✓ /);
    expect(await told(page)).toEqual([]);
  });
});
