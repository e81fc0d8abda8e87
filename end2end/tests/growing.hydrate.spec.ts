import { expect, test as base } from "../fixtures.ts";
import { Simulator } from "../simulator.ts";

/** Blocks that grow each in its own way; one refers to what is said at the end only. */
const reply = [
  "The **lamp** was lit at dusk & the *keeper* wrote what he saw, $x^2 + y < 3$, into a [book], line by line, with `ink < paper`,",
  "until the night was over and <nobody> in the village asked for it any more, for they had seen it with their own eyes.",
  "",
  "1. One lamp with a [link](https://example.com/a?b=1&c=2)",
  "2. Two lamps",
  "   - one of them \u{1f3ee} lit",
  "",
  "```rust",
  "fn main() {",
  '    let light = "a < b && c > d"; // a beam',
  "    for turn in 0..12 {",
  '        println!("{turn}: {light}");',
  "    }",
  "}",
  "```",
  "",
  "| City | Lamps |",
  "| --- | ---: |",
  "| Chengdu | 21 & more |",
  "| Berlin | **3** |",
  "",
  "[book]: https://example.com/book",
  "",
].join("\n");

const test = base.extend<{ upstream: Simulator }>({
  upstream: async ({}, use) => {
    const upstream = await Simulator.start({ speed: 15 });
    await use(upstream);
    await upstream.stop();
  },
  configuration: async ({ upstream }, use) => use(upstream.configuration),
});

test("what is selected and set in a block that grows stays, and in the end it is as it is read again", async ({ page, chat, upstream, questions, request, words }) => {
  const told = await request.post(`http://${upstream.addr}/simulator/answers`, { data: { words: reply.match(/\s*\S+/g) } });
  expect(told.ok()).toBe(true);
  await chat.ask(questions.code);

  const blocks = chat.answer.locator(".message__answer .prose__block");
  const paragraph = blocks.first();
  const length = () => paragraph.evaluate((block) => block.textContent?.length ?? 0);
  await expect.poll(length).toBeGreaterThan(12);
  const selected = await paragraph.locator("strong").evaluate((strong) => {
    getSelection()?.selectAllChildren(strong);
    return getSelection()?.toString();
  });
  expect(selected).toBe("lamp");
  const before = await length();
  await expect.poll(length).toBeGreaterThan(before + 40);
  expect(await page.evaluate(() => getSelection()?.toString()), "while its paragraph grows").toBe("lamp");

  const figure = chat.answer.locator("figure.code");
  await figure.getByRole("button", { name: words.code_wrap }).click();
  // As an extension of the browser does: what comes next can't be put behind it, so all of the block is written anew.
  await figure.evaluate((figure) => figure.append("changed"));
  await chat.answered();
  await expect(figure, "while its lines come").toHaveAttribute("data-wraps");

  // What was set is the page's own, and so is nothing that is read again.
  const shown = () =>
    blocks.evaluateAll((all) => all.map((block) => block.innerHTML.replace(/ (data-wraps|aria-pressed)="[^"]*"/g, "")));
  const written = await shown();
  expect(written.join("")).toContain('href="https://example.com/book"');
  await page.reload();
  await chat.alive();
  await expect.poll(shown).toEqual(written);
});
