import { enter, expect, setUp, signIn, somebody, test } from "../fixtures.ts";
import { Admin } from "../pages/admin.ts";
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
  await page.getByLabel(words.model, { exact: true }).selectOption("qwen-flash");
  await page.getByLabel(words.temperature, { exact: true }).fill("0.3");
  await page.getByLabel(words.answer_seed, { exact: true }).fill("7");
  await page.getByLabel(words.thinking_budget, { exact: true }).fill("64");
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
  await expect(chat.answer.locator(".actions__model")).toHaveText("qwen-flash");
  await page.goto(`/parameters?conversation=${conversation.slice("/c/".length)}`);
  await expect(page.getByLabel(words.temperature, { exact: true })).toHaveValue("0.3");
  await expect(page.getByLabel(words.answer_seed, { exact: true })).toHaveValue("7");

  await page.goto("/assistants");
  await own.getByRole("link", { name: `${words.edit}: Poet` }).click();
  await expect(page.getByRole("checkbox", { name: words.tool_calculate })).toBeChecked();
  await expect(page.getByLabel(words.thinking_budget, { exact: true })).toHaveValue("64");
  await expect(page.getByRole("checkbox", { name: words.json_answer })).not.toBeChecked();
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

test("an assistant is shared with a group and with everybody, and taken down by who governs accounts", { tag: "@desktop" }, async ({ page, browser, server, account, words, locale, javaScriptEnabled }) => {
  const live = javaScriptEnabled !== false;
  await setUp(page, server, account);
  const arrive = async (name: string) => {
    const context = await browser.newContext({ baseURL: server.origin, javaScriptEnabled: live, ...(locale === undefined ? {} : { locale }) });
    const member = { ...somebody(name), page: await context.newPage() };
    await enter(member.page, member);
    return member;
  };
  const [lin, tan] = [await arrive("宝钗"), await arrive("探春")];
  const admin = new Admin(page, words, live);
  // Who is in the group may publish. The site's owner stands too high to be taken in.
  await admin.createRole("Curator", 30, ["assistants.publish"]);
  await admin.createGroup("Reading room", "Curator");
  for (const { email } of [lin, tan]) {
    await page.getByLabel(words.group_find).fill(email);
    await admin.button(words.search).click();
    await page.waitForURL((url) => url.searchParams.get("find") === email);
    await admin.ready();
    await page.getByLabel(email).check();
    const taken = page.waitForResponse(/groups\.add_members/);
    await admin.button(words.group_add).click();
    await taken;
    await expect(page.getByText(words.group_find_none)).toBeVisible();
  }
  // Who may do more signs in anew.
  for (const member of [lin, tan]) await signIn(member.page, member);

  const own = lin.page.getByRole("list", { name: words.assistants_own });
  const shared = (of: typeof page) => of.getByRole("list", { name: words.assistants_shared }).getByRole("listitem");
  const make = async (name: string, whom: string) => {
    await lin.page.goto("/assistants/new");
    if (live) await lin.page.waitForLoadState("networkidle");
    await lin.page.getByLabel(words.name, { exact: true }).fill(name);
    await lin.page.getByLabel(words.assistant_instructions, { exact: true }).fill("Find books.");
    await lin.page.getByLabel(words.assistant_audience, { exact: true }).selectOption({ label: whom });
    await lin.page.getByRole("button", { name: words.save, exact: true }).click();
    await expect(lin.page).toHaveURL(/\/assistants(\?done=1)?$/);
  };
  await make("Librarian", fill(words.assistant_for, { name: "Reading room" }));
  await expect(own.getByText(words.assistant_for_group, { exact: true })).toBeVisible();
  await tan.page.goto("/assistants");
  await expect(shared(tan.page)).toHaveCount(1);
  await shared(tan.page).getByRole("link", { name: "Librarian", exact: true }).click();
  await expect(tan.page.getByRole("heading", { name: "Librarian", level: 1 })).toBeVisible();

  await make("Guide", words.assistant_for_everybody);
  const mark = own.getByText(words.assistant_for_everybody, { exact: true });
  await expect(mark).toBeVisible();
  await page.goto("/assistants");
  if (live) await page.waitForLoadState("networkidle");
  await expect(shared(page), "that of the group is nothing of who is not in it").toHaveCount(1);
  await expect(shared(page).getByRole("link", { name: "Guide", exact: true })).toBeVisible();
  await shared(page).locator("summary").click();
  await shared(page).getByRole("button", { name: words.assistant_take_down, exact: true }).click();
  await expect(shared(page)).toHaveCount(0);
  await lin.page.goto("/assistants");
  await expect(own.getByRole("link", { name: "Guide", exact: true })).toBeVisible();
  await expect(mark).toHaveCount(0);
  for (const member of [lin, tan]) await member.page.context().close();
});
