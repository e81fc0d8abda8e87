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

/** Diagrams that a model wrote: one that would like to do more than to be seen, and one with a slip. */
const diagrams = [
  "```mermaid",
  "flowchart TD",
  '    A[开始] --> B{"<img src=x onerror=alert(1)>Lighthouse?"}',
  '    B -->|"<a href=\'javascript:alert(1)\'>yes</a>"| C["<script>alert(1)</script>Shore"]',
  '    click A href "javascript:alert(1)"',
  '    style C fill:"red" onload="alert(1)"',
  "```",
  "",
  "```mermaid",
  "flowchrt TD",
  "    A --> B",
  "```",
  "",
].join("\n");

/** Somebody who is answered so: with a page and a table, unless a test says otherwise. */
const test = base.extend<{ upstream: Simulator; reply: string }>({
  reply: [answer, { option: true }],
  upstream: async ({}, use) => {
    const upstream = await Simulator.start();
    await use(upstream);
    await upstream.stop();
  },
  configuration: async ({ upstream }, use) => use(upstream.configuration),
});

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test.beforeEach(async ({ chat, upstream, questions, request, reply }) => {
  const told = await request.post(`http://${upstream.addr}/simulator/answers`, { data: { words: [reply] } });
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

test.describe("a diagram that a model wrote", () => {
  test.use({ reply: diagrams });

  test("is drawn in a frame where it does nothing, is kept as SVG, and told of when it has a slip", async ({ page, chat, words }) => {
    const [drawn, slip] = [chat.answer.locator("figure").first(), chat.answer.locator("figure").nth(1)];
    await drawn.getByRole("button", { name: words.code_preview }).click();
    const frame = page.frameLocator("iframe.code-preview");
    for (const word of ["开始", "Lighthouse?", "yes", "Shore"]) {
      await expect(frame.locator("text", { hasText: word }).first()).toBeVisible();
    }
    await expect(frame.locator("body :is(a, script, img, foreignObject, [onload], [style])")).toHaveCount(0);
    const source = page.locator(".diagram__source");
    await expect(source.locator("pre")).toBeHidden();
    await source.getByText(words.diagram_source).click();
    await expect(source.locator("pre")).toContainText("A[开始]");
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: words.diagram_save }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("diagram.svg");
    const kept = readFileSync(await download.path(), "utf8");
    expect(kept).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    expect(kept).not.toMatch(/javascript|onload|href/);
    await page.keyboard.press("Escape");
    await expect(page.locator(".diagram")).toBeHidden();
    // Its block stands in the answer as it was written, and so does the one that is told of.
    await expect(drawn.locator("code")).toContainText("A[开始]");
    await slip.getByRole("button", { name: words.code_preview }).click();
    await expect(page.locator(".diagram")).toContainText(words.diagram_misunderstood);
    await expect(page.locator(".diagram__message")).toContainText("flowchrt");
    await expect(source.locator("pre")).toContainText("flowchrt TD");
    await expect(page.locator("iframe.code-preview")).toHaveCount(0);
  });
});

test.describe("a picture that a model drew", () => {
  test.use({
    reply: ["```svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 20"><text x="4" y="14">Lighthouse</text></svg>', "```", ""].join("\n"),
  });

  test("is text in the answer, and seen in the frame of pages", async ({ page, chat, words }) => {
    await expect(chat.answer.locator("svg text")).toHaveCount(0);
    await chat.answer.getByRole("button", { name: words.code_preview }).click();
    const frame = page.frameLocator("iframe.code-preview");
    await expect(frame.locator("svg text", { hasText: "Lighthouse" })).toBeVisible();
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
  const copy = table.locator('[data-action="copy-table"]');
  await expect(copy).toHaveAccessibleName(words.table_copy);
  await copy.click();
  await expect(copy).toHaveAttribute("data-state", "copied");
  const csv = await page.evaluate(() => navigator.clipboard.readText());
  expect(csv.replaceAll("\r\n", "\n")).toBe('"City","People"\n"Chengdu","21,000"\n"Berlin","3,600"\n"\'=1+1","90"\n');
});
