import { expect, test } from "../fixtures.ts";
import { lengthen } from "../lengthen.ts";
import { MovingPage } from "../pages/moving_page.ts";
import { SearchPage } from "../pages/search_page.ts";
import { fill } from "../pages/words.ts";

test("words are found in titles and messages, and lead to where they stand", async ({ page, chat, questions, words, locale, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  const search = new SearchPage(page, words, javaScriptEnabled !== false);
  const sought = locale?.startsWith("zh") ? "短诗" : "poem";

  await search.open();
  await expect(page.getByText(words.search_hint)).toBeVisible();
  await search.find(sought);
  await expect(search.messages.first()).toBeVisible();
  await expect(search.titles.first()).toContainText(sought);
  await expect(search.messages.first().locator("mark").first()).toHaveText(sought);

  await search.messages.last().getByRole("link").click();
  await expect(page).toHaveURL((url) => url.pathname === path && url.searchParams.has("message"));
  await expect(chat.questions.first()).toHaveAttribute("data-found", "true");
  await expect(chat.questions.first()).toBeInViewport();
});

test("why nothing was found is said", { tag: "@desktop" }, async ({ page, chat, words, javaScriptEnabled }) => {
  await chat.alive();
  const search = new SearchPage(page, words, javaScriptEnabled !== false);
  await search.open();
  await search.find("饕餮");
  await expect(page.getByText(fill(words.search_nothing, { words: "饕餮" }))).toBeVisible();
  await search.find("???");
  await expect(page.getByText(words.search_blank)).toBeVisible();
});

test("what looks like a page's code is shown as it was written", { tag: "@desktop" }, async ({ page, chat, words, javaScriptEnabled }) => {
  await chat.ask('<img src=x onerror="document.title=1"> <b>heron</b>');
  await chat.answered();
  const search = new SearchPage(page, words, javaScriptEnabled !== false);
  await search.open();
  await search.find("heron");
  await expect(search.messages.last()).toContainText('onerror="document.title=1"> <b>heron</b>');
  await expect(search.hits.locator("img, b")).toHaveCount(0);
});

test("a message far up is shown with those around it", { tag: "@desktop" }, async ({ page, chat, server, questions, words, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await server.stop();
  const id = await lengthen(server.database, chat.path.slice("/c/".length), 120);
  await server.start();

  const search = new SearchPage(page, words, javaScriptEnabled !== false);
  const sought = questions.poem.replace(/[.。]$/, "");
  // The copy is taken into the search in the background.
  await expect(async () => {
    await search.open();
    await search.find(sought);
    await expect(search.count).toHaveText(new RegExp(fill(words.search_count_more, { count: 20 })), { timeout: 1_000 });
  }).toPass();
  for (const shown of [40, 60]) {
    const first = await search.messages.first().getByRole("link").getAttribute("href");
    await search.more.click();
    // Where scripts run the page grows, elsewhere it is the next one.
    if (javaScriptEnabled === false) await expect(search.messages.first().getByRole("link")).not.toHaveAttribute("href", first ?? "");
    else await expect(search.hits).toHaveCount(shown);
  }
  const link = page.locator(`.hit__link[href^="/c/${id}?"]`).last();
  const message = new URL((await link.getAttribute("href")) ?? "", page.url()).searchParams.get("message");
  await link.click();
  await expect(page.locator(`#m-${message}`)).toHaveAttribute("data-found", "true");
  await expect(page.locator(`#m-${message}`)).toBeInViewport();
  await expect(page.getByRole("link", { name: words.newest, exact: true })).toBeVisible();
  await page.getByRole("link", { name: words.later }).click();
  await expect(page).toHaveURL((url) => url.searchParams.get("message") !== message);
  await expect(page.locator("[data-found]")).toBeInViewport();
});

test("the menu of a conversation leads to finding in it, where nothing else is found", async ({ page, chat, questions, words, locale, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await page.goto("/");
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  const id = path.slice("/c/".length);
  const sought = locale?.startsWith("zh") ? "短诗" : "poem";
  const menu = new MovingPage(page, words);
  await menu.openMenu();
  await menu.item(words.find_here).click();
  await expect(page).toHaveURL((url) => url.pathname === "/search" && url.searchParams.get("conversation") === id);

  const search = new SearchPage(page, words, javaScriptEnabled !== false, words.find_here);
  await search.alive();
  await expect(page.getByText(words.find_hint)).toBeVisible();
  await search.find("饕餮");
  await expect(page.getByText(fill(words.search_nothing, { words: "饕餮" }))).toBeVisible();
  await expect(page.getByText(words.find_nothing_hint)).toBeVisible();
  await search.find(sought);
  await expect(search.messages.first().locator("mark").first()).toHaveText(sought);
  await expect(search.titles).toHaveCount(0);
  const hits = page.locator(".hit__link");
  const here = page.locator(`.hit__link[href^="${path}?message="]`);
  expect(await here.count()).toBe(await hits.count());

  await search.messages.last().getByRole("link").click();
  await expect(page).toHaveURL((url) => url.pathname === path && url.searchParams.has("message"));
  await expect(chat.questions.first()).toHaveAttribute("data-found", "true");
  await expect(chat.questions.first()).toBeInViewport();

  await page.goBack();
  await page.getByRole("link", { name: words.find_everywhere }).click();
  await expect(page).toHaveURL((url) => !url.searchParams.has("conversation") && url.searchParams.get("words") === sought);
  await expect(page.locator(`.hit__link[href*="?message="]:not([href^="${path}"])`).first()).toBeVisible();
});

test("a search is narrowed by lists and by what is typed, and widened by one press", async ({ page, chat, questions, words, locale, javaScriptEnabled }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await page.goto("/");
  await chat.ask(questions.poem);
  await chat.answered();
  const search = new SearchPage(page, words, javaScriptEnabled !== false);
  const sought = locale?.startsWith("zh") ? "短诗" : "poem";
  const folder = "我的 <b>poems</b>";
  await search.open();
  await expect(search.folder, "there is none yet").toHaveCount(0);
  await search.file(path, folder, "雨");
  const asks = (names: string[]) => (url: URL) =>
    url.searchParams.get("words") === sought && ["folder", "tag"].every((name) => !url.searchParams.get(name) !== names.includes(name));

  await search.open();
  await expect(page.getByText(words.search_names_hint)).toBeVisible();
  await search.find(sought);
  await expect(search.within(path)).not.toHaveCount(0);
  await expect(search.elsewhere(path)).not.toHaveCount(0);
  await search.choose(search.folder, folder);
  await expect(page).toHaveURL(asks(["folder"]));
  await expect(search.elsewhere(path)).toHaveCount(0);
  await expect(search.messages.first()).toBeVisible();
  await page.reload();
  await expect(search.folder.locator("option:checked")).toHaveText(folder);
  await expect(search.messages.first()).toBeVisible();
  await expect(search.elsewhere(path)).toHaveCount(0);
  await search.clear.click();
  await expect(page).toHaveURL(asks([]));
  await expect(search.elsewhere(path)).not.toHaveCount(0);
  await expect(search.folder).toHaveValue("");
  await expect(search.clear).toHaveCount(0);

  await search.send(`tag:雨 ${sought}`);
  await expect(page).toHaveURL(asks(["tag"]));
  await expect(search.field).toHaveValue(sought);
  await expect(search.tag.locator("option:checked")).toHaveText("雨");
  await expect(search.elsewhere(path)).toHaveCount(0);
  await expect(search.messages.first()).toBeVisible();

  // Another kind of name is added; what there is not is told, and what there is leads on.
  await search.send(`folder:xyzzy ${sought}`);
  await expect(page.getByText(fill(words.search_no_folder, { name: "xyzzy" }))).toBeVisible();
  await expect(search.hits).toHaveCount(0);
  await search.offer(folder).click();
  await expect(page).toHaveURL(asks(["folder", "tag"]));
  await expect(search.messages.first()).toBeVisible();
  await expect(search.elsewhere(path)).toHaveCount(0);
  await search.clear.click();
  await expect(page).toHaveURL(asks([]));
  await expect(search.elsewhere(path)).not.toHaveCount(0);

  await page.goto(`/search?conversation=${path.slice("/c/".length)}&words=${encodeURIComponent(sought)}`);
  await expect(search.within(path)).not.toHaveCount(0);
  await expect(search.folder, "one conversation is not narrowed").toHaveCount(0);
});
