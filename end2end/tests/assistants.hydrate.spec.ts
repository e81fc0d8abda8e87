import { findings } from "../accessible.ts";
import { expect, type Page, test } from "../fixtures.ts";
import type { Words } from "../pages/words.ts";

/** What is offered above the composer. */
const offered = (page: Page, words: Words) => page.getByRole("listbox", { name: words.mentions_offered });

test("an at sign offers assistants and models, and the keys choose one", async ({ page, chat, sidebar, questions, words }) => {
  await chat.alive();
  const translator = words.assistants === "助手" ? "翻译" : "Translator";
  await chat.prompt.pressSequentially(`@${translator}`);
  const options = offered(page, words).getByRole("option");
  await expect(options).toHaveCount(1);
  expect(await findings(page), "offered").toEqual([]);
  await chat.prompt.press("Enter");
  await expect(page.getByRole("heading", { name: translator, level: 1 })).toBeVisible();
  await expect(chat.prompt).toHaveValue("");
  expect(await findings(page), "chosen").toEqual([]);

  await page.getByRole("button", { name: words.assistant_put_away }).click();
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
  await expect(chat.prompt).toBeFocused();
  await chat.prompt.pressSequentially(`@${translator}`);
  await expect(options).toHaveCount(1);
  await chat.prompt.press("Enter");
  await expect(page.getByRole("heading", { name: translator, level: 1 })).toBeVisible();
  await expect(chat.prompt).toHaveValue("");

  await chat.prompt.pressSequentially("@qwen-flash");
  await expect(options).toHaveCount(1);
  await chat.prompt.press("Enter");
  await expect(page.getByRole("combobox", { name: words.model })).toHaveValue("qwen-flash");

  await page.locator(".greeting__starter").first().click();
  await expect(chat.prompt).not.toHaveValue("");
  await chat.prompt.fill("");
  await chat.ask(questions.poem);
  await expect(page.locator(".answering > summary")).toContainText(translator);
  await chat.answered();
  await page.locator(".answering > summary").click();
  await expect(page.locator(".answering .told > summary")).toBeInViewport({ ratio: 1 });
  expect(await findings(page), "who answers").toEqual([]);
  await page.locator(".answering > summary").click();

  // In a conversation that has begun, an at sign puts one question to an assistant, or chooses the model that answers next.
  const other = words.assistants === "助手" ? "老师" : "Teacher";
  await chat.prompt.pressSequentially(`@${other}`);
  await expect(options).toHaveCount(1);
  await chat.prompt.press("Enter");
  const called = page.locator(".composer__once");
  await expect(called).toContainText(other);
  // Its instructions have variables, so these are asked for first; Esc calls it no more.
  const asked = page.getByRole("dialog", { name: words.assistant_once_variables });
  const [subject, level] = words.assistants === "助手" ? (["科目", "程度"] as const) : (["subject", "level"] as const);
  await expect(asked.getByLabel(subject, { exact: true })).toBeFocused();
  await expect(asked.getByLabel(level, { exact: true })).not.toHaveValue("");
  expect(await findings(page), "asked for").toEqual([]);
  await page.keyboard.press("Escape");
  await expect(asked).toBeHidden();
  await expect(called).not.toContainText(other);
  await expect(chat.prompt).toHaveValue("");

  await chat.prompt.pressSequentially(`x @${other}`);
  await expect(options).toHaveCount(1);
  await chat.prompt.press("Enter");
  await asked.getByRole("button", { name: words.assistant_once_put }).click();
  await expect(called).toContainText(other);
  await called.getByRole("button", { name: words.assistant_once_not }).click();
  await expect(called).not.toContainText(other);
  await expect(chat.prompt, "where one goes on writing").toBeFocused();
  await expect(chat.prompt, "what was typed stays").toHaveValue(/^x/);
  await chat.prompt.fill("");

  await chat.prompt.pressSequentially(`@${other}`);
  await expect(options).toHaveCount(1);
  await chat.prompt.press("Enter");
  const weaving = "<b>织机</b>";
  await asked.getByLabel(subject, { exact: true }).fill(weaving);
  await asked.getByLabel(subject, { exact: true }).press("Enter");
  await expect(asked).toBeHidden();
  await expect(called).toContainText(weaving);
  await expect(chat.prompt).toBeFocused();
  expect(await findings(page), "put to one").toEqual([]);
  // It stays with the draft.
  const kept = page.waitForResponse(
    (response) => response.url().includes("/fn/conversations.save_draft") && (response.request().postData() ?? "").includes("text=x"),
  );
  await chat.prompt.pressSequentially("x");
  await kept;
  await page.reload({ waitUntil: "networkidle" });
  await expect(chat.prompt).toHaveValue("x");
  await expect(called).toContainText(weaving);
  await chat.prompt.fill("");
  await chat.ask(questions.poem);
  const answer = page.locator('.once[data-of="answer"]');
  await expect(answer).toHaveText(new RegExp(`${other}$`));
  await chat.answered();
  await expect(called).not.toContainText(other);
  await expect(page.locator(".answering > summary")).toContainText(translator);
  await page.reload();
  await expect(answer).toHaveText(new RegExp(`${other}$`));
  await chat.alive();

  await chat.prompt.pressSequentially("x @");
  await expect(offered(page, words)).toBeVisible();
  await chat.prompt.press("Escape");
  await expect(offered(page, words)).toHaveCount(0);
  await expect(chat.prompt).toHaveValue("x @");

  // What is awaited stands there in outline.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/fn/library.list*", async (route) => {
    await held;
    await route.continue();
  });
  await sidebar.reveal();
  await sidebar.view.getByRole("link", { name: words.library, exact: true }).click();
  await expect(page.locator(".library .skeleton")).toBeVisible();
  release();
  await expect(page.locator(".skeleton")).toHaveCount(0);

  for (const path of ["/assistants", "/assistants/new"] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await findings(page), path).toEqual([]);
  }
});

test("where assistants can't be loaded, models are offered, and the rest when that is tried again", async ({ page, chat, words }) => {
  await chat.alive();
  await page.route("**/fn/assistants.offer*", (route) => route.abort(), { times: 1 });
  await chat.prompt.pressSequentially("@");
  const options = offered(page, words).getByRole("option");
  const again = options.filter({ hasText: words.try_again });
  await expect(again).toContainText(words.load_failed);
  await expect(options.first(), "what is there is chosen first").not.toContainText(words.load_failed);
  await expect(again, "however long the list").toBeInViewport({ ratio: 0.9 });
  await chat.prompt.press("ArrowUp");
  await expect(again).toHaveAttribute("aria-selected", "true");
  await again.click();
  await expect(options.filter({ hasText: words.assistants === "助手" ? "翻译" : "Translator" })).toHaveCount(1);
  await expect(again).toHaveCount(0);
  await expect(chat.prompt).toHaveValue("@");
  await expect(chat.prompt).toBeFocused();
});
