import { readFileSync } from "node:fs";

import { expect, test as base } from "../fixtures.ts";
import { Simulator } from "../simulator.ts";

const html = `<h1>Lighthouse</h1><script>
document.body.dataset.ran = "yes";
try { document.body.dataset.cookie = document.cookie; } catch { document.body.dataset.cookie = "none"; }
fetch("/healthz").then(() => document.body.dataset.net = "open", () => document.body.dataset.net = "shut");
</script>`;
const answer = [
  "```html",
  html,
  "```",
  "",
  "| City | People |",
  "| --- | --- |",
  "| Berlin | 3,600 |",
  "| Chengdu | 21,000 |",
  "| =1+1 | 90 |",
  "",
].join("\n");

/** Somebody who is answered with a page and a table. */
const test = base.extend<{ upstream: Simulator }>({
  upstream: async ({}, use) => {
    const upstream = await Simulator.start();
    await use(upstream);
    await upstream.stop();
  },
  configuration: async ({ upstream }, use) => use(upstream.configuration),
});

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test.beforeEach(async ({ chat, upstream, questions, request }) => {
  const told = await request.post(`http://${upstream.addr}/simulator/answers`, { data: { words: [answer] } });
  expect(told.ok()).toBe(true);
  await chat.ask(questions.code);
  await chat.answered();
});

test("code is wrapped and saved", async ({ page, chat, words }) => {
  const block = chat.answer.locator("figure");
  const wrap = block.getByRole("button", { name: words.code_wrap });
  await wrap.click();
  await expect(wrap).toHaveAttribute("aria-pressed", "true");
  await expect(block.locator("pre")).toHaveCSS("white-space", "pre-wrap");
  const downloading = page.waitForEvent("download");
  await block.getByRole("button", { name: words.code_save }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("code.html");
  expect(readFileSync(await download.path(), "utf8").trim()).toBe(html);
});

/** What it tries is refused, and the browser says so. */
test.describe("a page that a model wrote", () => {
  test.use({ expectedProblems: [/Refused to connect|violates the following Content Security Policy|\/healthz/] });

  test("is shown where it reaches neither cookies nor the network", async ({ page, chat, words }) => {
    await chat.answer.getByRole("button", { name: words.code_preview }).click();
    const frame = page.frameLocator("iframe.code-preview");
    await expect(frame.getByRole("heading", { name: "Lighthouse" })).toBeVisible();
    await expect(frame.locator("body")).toHaveAttribute("data-ran", "yes");
    await expect(frame.locator("body")).toHaveAttribute("data-cookie", "none");
    await expect(frame.locator("body")).toHaveAttribute("data-net", "shut");
    await page.keyboard.press("Escape");
    await expect(page.locator("iframe.code-preview")).toBeHidden();
  });
});

test("a table is put in order by a column, and taken along without formulas", async ({ page, chat, words }) => {
  const table = chat.answer.locator(".table");
  // On a phone too it is a table, with its head.
  await expect(table.locator("tbody tr").first()).toHaveCSS("display", "table-row");
  await expect(table.locator("thead")).toHaveCSS("position", "static");
  const first = table.locator("tbody td:first-child");
  const people = table.locator("th").nth(1).getByRole("button", { name: words.table_sort });
  await people.click();
  await expect(first).toHaveText(["=1+1", "Berlin", "Chengdu"]);
  await people.click();
  await expect(first).toHaveText(["Chengdu", "Berlin", "=1+1"]);
  await expect(table.locator("th").nth(1)).toHaveAttribute("aria-sort", "descending");
  const copy = table.getByRole("button", { name: words.table_copy });
  await copy.click();
  await expect(copy).toHaveAttribute("data-state", "copied");
  const csv = await page.evaluate(() => navigator.clipboard.readText());
  expect(csv.replaceAll("\r\n", "\n")).toBe('"City","People"\n"Chengdu","21,000"\n"Berlin","3,600"\n"\'=1+1","90"\n');
});
