import { expect, test as base, type Page } from "../fixtures.ts";
import { fill } from "../pages/words.ts";
import { Simulator } from "../simulator.ts";

/** Somebody whose upstream says what a test wants. */
const test = base.extend<{ upstream: Simulator; told: (words: string) => Promise<void> }>({
  upstream: async ({}, use) => {
    const upstream = await Simulator.start();
    await use(upstream);
    await upstream.stop();
  },
  configuration: async ({ upstream }, use) => use(upstream.configuration),
  told: async ({ upstream, request }, use) =>
    use(async (words) => {
      const told = await request.post(`http://${upstream.addr}/simulator/answers`, { data: { words: [words] } });
      expect(told.ok()).toBe(true);
    }),
});

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

/** Everything that leaves the site on the way. */
function leaving(page: Page): string[] {
  const seen: string[] = [];
  page.on("request", (request) => {
    const { hostname } = new URL(request.url());
    if (hostname !== "127.0.0.1" && hostname !== "localhost" && hostname !== "") seen.push(request.url());
  });
  return seen;
}

test("an answer from the web cites its sources, and is rated with a comment, and is read aloud", async ({ page, chat, told, words }) => {
  const seen = leaving(page);
  await page.goto("/parameters");
  await page.getByLabel(words.web_search, { exact: true }).check();
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await expect(page.getByLabel(words.web_search, { exact: true })).toBeChecked();
  await told("The lake is west of the city");
  await page.goto("/");
  await chat.alive();
  await chat.ask("What is the weather in Hangzhou today? 今天天气如何？");
  await chat.answered();

  const citation = chat.answer.locator("a.citation");
  await expect(citation).toHaveText("[1]");
  await expect(citation).toHaveAttribute("href", /^https:\/\/example\.com\//);
  await expect(citation).toHaveAttribute("rel", "noopener noreferrer nofollow");
  const sources = chat.answer.locator("details.sources");
  await expect(sources.locator("summary")).toContainText(fill(words.sources_count, { count: 3 }));
  await sources.locator("summary").click();
  await expect(sources.getByRole("link")).toHaveCount(3);
  await expect(sources.getByRole("link").first()).toContainText("example.com");
  expect(seen, "no picture of a site is loaded").toEqual([]);

  const good = chat.answer.getByRole("button", { name: words.rate_good });
  await good.click();
  await expect(good).toHaveAttribute("aria-pressed", "true");
  await chat.answer.locator("summary").filter({ hasText: words.rating_comment }).click();
  await chat.answer.getByLabel(words.rating_comment_label, { exact: true }).fill("简明扼要 <b>");
  await chat.answer.getByRole("button", { name: words.rating_save }).click();
  await expect(page.getByText(words.rating_saved)).toBeVisible();

  await chat.action(words.more).click();
  await page.getByRole("dialog", { name: words.message_actions }).getByRole("button", { name: words.read_aloud }).click();
  const bar = page.getByRole("region", { name: words.read_aloud });
  await expect(bar.getByRole("status")).toContainText("¥");
  await bar.getByRole("button", { name: words.read_aloud }).click();
  await expect(bar.locator("audio")).toBeVisible({ timeout: 30_000 });
  await bar.getByRole("button", { name: words.close }).click();
  await expect(bar).toHaveCount(0);

  await page.reload();
  await chat.alive();
  await expect(good).toHaveAttribute("aria-pressed", "true");
  await expect(citation).toHaveText("[1]");
  await expect(sources.locator("summary")).toContainText("example.com");
  await chat.answer.locator("summary").filter({ hasText: words.rating_comment }).click();
  await expect(chat.answer.getByLabel(words.rating_comment_label, { exact: true })).toHaveValue("简明扼要 <b>");
  await chat.answer.getByRole("button", { name: words.rating_remove }).click();
  await expect(good).toHaveAttribute("aria-pressed", "false");
});

test("what nobody would see is marked and not copied, links say where they lead, and pictures wait", async ({ page, chat, told, words }) => {
  const seen = leaving(page);
  await told(
    "Pay\u200b now\u202e: [your bank](https://evil.example/login) or [https://bank.example](https://evil.example).\n\n" +
      "![tracked](https://pixel.example/p.png?q=secret)\n\n```rust\nlet a\u200b = 1;\n```\n",
  );
  await chat.alive();
  await chat.prompt.fill("Is\u202e it\u200b safe?");
  await chat.sendButton.click();
  await expect(chat.question).toContainText("safe?");
  await chat.answered();
  await expect(chat.question.locator(".invisible")).toHaveCount(2);
  await expect(chat.question.getByRole("img", { name: "U+202E" })).toBeVisible();
  await expect(chat.answer.locator(".invisible")).toHaveCount(3);
  await expect(chat.answer.locator(".link-host")).toHaveText(["evil.example", "evil.example"]);
  const picture = chat.answer.locator("a.image-link");
  await expect(picture).toContainText("tracked");
  await expect(picture).toContainText("pixel.example");
  await expect(picture).toHaveAttribute("target", "_blank");
  await expect(chat.answer.locator("img:not([role])")).toHaveCount(0);
  expect(seen).toEqual([]);

  await chat.answer.locator("figure").getByRole("button", { name: words.copy, exact: true }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("let a = 1;\n");

  // And where several models are asked the same.
  await chat.openMenu(chat.question);
  await chat.menu.getByRole("link", { name: words.compare_several }).click();
  await expect(page.locator(".comparison__question .invisible")).toHaveCount(2);
});
