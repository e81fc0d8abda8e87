import { findings } from "../accessible.ts";
import { expect, type Page, test } from "../fixtures.ts";
import { InputMethod } from "../pages/input_method.ts";
import type { Words } from "../pages/words.ts";

/** What is offered above the composer. */
const offered = (page: Page, words: Words) => page.getByRole("listbox", { name: words.prompts_offered });

/** A prompt of everybody's, by its place. */
const options = (page: Page, words: Words) => offered(page, words).getByRole("option");

async function keep(page: Page, words: Words, name: string, text: string): Promise<void> {
  await page.goto("/prompts");
  await page.locator("summary").filter({ hasText: words.prompts_new }).click();
  await page.getByLabel(words.prompt_name, { exact: true }).fill(name);
  await page.getByLabel(words.prompt_text, { exact: true }).fill(text);
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page.getByRole("list", { name: words.prompts }).getByRole("listitem")).toHaveCount(1);
  await page.goto("/");
}

test("a slash offers prompts, the keys choose one, its variables are asked for, and nothing is sent", async ({ page, chat, words }) => {
  await keep(page, words, "weekly", "Report about {{topic}} for {{whom|everybody}}.");
  await chat.alive();
  await chat.prompt.pressSequentially("/");
  await expect(options(page, words)).toHaveCount(8);
  const first = options(page, words).first();
  await expect(first).toHaveAttribute("aria-selected", "true");
  await expect(chat.prompt).toHaveAttribute("aria-activedescendant", (await first.getAttribute("id")) ?? "");
  expect(await findings(page)).toEqual([]);
  await chat.prompt.press("ArrowUp");
  await expect(options(page, words).last()).toHaveAttribute("aria-selected", "true");
  await chat.prompt.pressSequentially("week");
  await expect(options(page, words)).toHaveCount(1);
  await chat.prompt.press("Enter");

  const dialog = page.getByRole("dialog", { name: words.prompt_variables });
  await expect(dialog.getByLabel("whom")).toHaveValue("everybody");
  await dialog.getByLabel("topic").fill("tea");
  await dialog.getByRole("button", { name: words.prompt_put }).click();
  await expect(chat.prompt).toHaveValue("Report about tea for everybody.");
  await expect(chat.prompt).toBeFocused();
  await expect(chat.questions).toHaveCount(0);
  await chat.sendButton.click();
  await expect(chat.question).toContainText("Report about tea for everybody.");
});

test("a prompt without variables goes in at once, between what is there", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await keep(page, words, "greeting", "Good morning.");
  await chat.alive();
  await chat.prompt.fill("above\n");
  await chat.prompt.press("ControlOrMeta+End");
  await chat.prompt.pressSequentially("/greet");
  await options(page, words).first().click();
  await expect(chat.prompt).toHaveValue("above\nGood morning.");
  await expect(offered(page, words)).toHaveCount(0);
});

test("Esc closes the offer until another line begins", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await chat.prompt.pressSequentially("/");
  await expect(offered(page, words)).toBeVisible();
  await chat.prompt.press("Escape");
  await expect(offered(page, words)).toHaveCount(0);
  await chat.prompt.pressSequentially("t");
  await expect(chat.prompt).toHaveValue("/t");
  await expect(offered(page, words)).toHaveCount(0);
  await chat.prompt.fill("");
  await chat.prompt.pressSequentially("/");
  await expect(offered(page, words)).toBeVisible();
});

test("what can't be loaded is said in the list, and Enter tries again", async ({ page, chat, words }) => {
  await chat.alive();
  await page.route("**/fn/prompts.offer*", (route) => route.abort(), { times: 1 });
  await chat.prompt.fill("above\n");
  await chat.prompt.press("ControlOrMeta+End");
  await chat.prompt.pressSequentially("/");
  const again = options(page, words).filter({ hasText: words.try_again });
  await expect(again).toContainText(words.load_failed);
  await expect(options(page, words)).toHaveCount(1);
  await expect(page.getByRole("status").filter({ hasText: words.load_failed })).toHaveCount(1);
  await expect(chat.prompt).toHaveAttribute("aria-activedescendant", (await again.getAttribute("id")) ?? "");
  expect(await findings(page)).toEqual([]);
  await chat.prompt.press("Enter");
  await expect(options(page, words)).toHaveCount(8);
  await expect(again).toHaveCount(0);
  await expect(chat.prompt).toHaveValue("above\n/");
  await expect(chat.prompt).toBeFocused();
  await expect(chat.questions).toHaveCount(0);
});

test.describe("where a part of the page can't be had", () => {
  test.use({ expectedProblems: [/Failed to fetch/] });

  test("the list says so, and comes when it is tried again", { tag: "@desktop" }, async ({ page, chat, words }) => {
    await chat.alive();
    await page.route("**/split_own.*.wasm", (route) => route.abort());
    await chat.prompt.pressSequentially("/");
    const failed = page.getByRole("alert").filter({ hasText: words.load_failed });
    await expect(failed).toBeVisible();
    await page.unroute("**/split_own.*.wasm");
    await failed.getByRole("link", { name: words.try_again, exact: true }).click();
    await expect(failed).toHaveCount(0);
    await expect(chat.prompt, "nothing is lost").toHaveValue("/");
    await chat.prompt.press("Backspace");
    await chat.prompt.pressSequentially("/");
    await expect(offered(page, words)).toBeVisible();
  });
});

test("what is offered goes when the field is left, and takes no other button's keys", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await chat.alive();
  await chat.prompt.pressSequentially("/");
  await expect(offered(page, words)).toBeVisible();
  await page.getByRole("combobox", { name: words.model }).focus();
  await expect(offered(page, words)).toHaveCount(0);
  await expect(chat.prompt).not.toHaveAttribute("aria-activedescendant");
  await page.getByRole("link", { name: words.parameters, exact: true }).press("Enter");
  await expect(page.getByRole("dialog", { name: words.parameters })).toBeVisible();
  await expect(chat.prompt, "nothing was put there").toHaveValue("/");
});

test("what is offered goes with the text that called it", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await chat.prompt.pressSequentially("/");
  await expect(offered(page, words)).toBeVisible();
  // As by a button, while the keyboard stays in the field.
  await page.locator("form.composer").evaluate((form: HTMLFormElement) => form.requestSubmit());
  await expect(offered(page, words)).toHaveCount(0);
  await expect(chat.questions).toHaveCount(2);
});

test("while an input method composes, nothing is offered and no key chooses", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await keep(page, words, "春晓", "背一首孟浩然的诗。");
  await chat.alive();
  const input = await InputMethod.on(page);
  await chat.prompt.focus();
  await chat.prompt.pressSequentially("/");
  await expect(offered(page, words)).toBeVisible();
  const before = await options(page, words).count();
  await input.compose("chunxiao");
  await expect(chat.prompt).toHaveValue("/chunxiao");
  await input.pressEnter("Windows");
  await expect(options(page, words)).toHaveCount(before);
  await input.choose("春晓");
  await expect(chat.prompt).toHaveValue("/春晓");
  await expect(options(page, words)).toHaveCount(1);
  await expect(chat.questions).toHaveCount(0);
});

test("what is typed for a new prompt stays when another one is copied, and goes when it is kept", { tag: "@desktop" }, async ({ page, chat, sidebar, words }) => {
  await chat.alive();
  // Not loaded anew, so that its forms are alive as soon as they are there.
  await sidebar.openAccountMenu();
  await page.getByRole("link", { name: words.prompts, exact: true }).click();
  const made = page.locator(".prompt-new");
  await page.locator("summary").filter({ hasText: words.prompts_new }).click();
  await page.getByLabel(words.prompt_name, { exact: true }).fill("weekly");
  await page.getByLabel(words.prompt_text, { exact: true }).fill("Report.");
  await page.getByRole("button", { name: words.prompt_copy }).first().click();
  const own = page.getByRole("list", { name: words.prompts }).getByRole("listitem");
  await expect(own).toHaveCount(1);
  await expect(page.getByText(words.prompt_copied, { exact: true })).toBeVisible();
  await expect(page.getByLabel(words.prompt_name, { exact: true })).toHaveValue("weekly");
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(own).toHaveCount(2);
  await expect(made, "an empty one takes its place").not.toHaveAttribute("open");
  await expect(page.getByLabel(words.prompt_name, { exact: true })).toHaveValue("");
});
