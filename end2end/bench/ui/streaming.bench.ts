import { expect, register, test as base } from "../../fixtures.ts";
import { Simulator } from "../../simulator.ts";
import { answered, ask } from "../conversation.ts";
import { report } from "../measure.ts";
import { Keys } from "./keys.ts";
import { MainThread } from "./main_thread.ts";

const TOKENS_PER_SECOND = 200;
const QUESTION = "Tell me a long story about a paper mill.";

const test = base.extend({
  // A process of its own, so that what the simulator costs is not counted.
  configuration: async ({}, use) => {
    const simulator = await Simulator.start({ speed: TOKENS_PER_SECOND });
    await use(simulator.configuration);
    await simulator.stop();
  },
});

test("the page while an answer streams", async ({ page, account }) => {
  test.setTimeout(180_000);
  await register(page, account);
  const thread = await MainThread.of(page);
  await ask(page, QUESTION);
  const answer = page.locator(".message__answer").last();
  const length = () => answer.evaluate((element) => element.textContent?.length ?? 0);
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  const composer = page.locator("form.composer");
  const field = composer.locator("textarea");
  await expect.poll(length).toBeGreaterThan(400);
  report("opening the page, asking, and the answer's beginning: longest piece of work", `${(await thread.longest()).toFixed(0)} ms`);

  const second = () => page.waitForTimeout(1_000);
  const [first, beginning] = [await thread.memory(), await length()];
  // That collected garbage.
  await thread.longest();
  const watched = await thread.during(async () => {
    for (let seconds = 0; seconds < 3; seconds += 1) await second();
  });
  report(`streaming ${TOKENS_PER_SECOND} tokens/s: main thread busy`, `${(watched.share * 100).toFixed(0)} % (aim: < 30)`);

  const meanwhile = new Keys(page, thread);
  await field.focus();
  await meanwhile.type("meanwhile");
  const longest = await thread.longest();
  const [last, end] = [await thread.memory(), await length()];
  expect(await stop.count(), "it still streams").toBe(1);
  report("… heap", `${(first.heap / 1e6).toFixed(1)} MB at ${beginning} characters, ${(last.heap / 1e6).toFixed(1)} at ${end}`);
  report("… longest piece of work", `${longest.toFixed(0)} ms`);

  // An answer has no time for more keys.
  for (let more = 0; more < 3; more += 1) {
    await expect(stop).toHaveCount(0, { timeout: 30_000 });
    await field.fill(QUESTION);
    await composer.locator(".composer__send").click();
    await expect(stop).toBeVisible();
    await expect.poll(length).toBeGreaterThan(400);
    await field.focus();
    await meanwhile.type("once more, I write");
    expect(await stop.count(), "it still streams").toBe(1);
  }
  report("… a key typed meanwhile", meanwhile.told);

  await expect(stop).toHaveCount(0, { timeout: 30_000 });
  await answered(page);
  const alone = new Keys(page, thread);
  await alone.type("and now nothing else moves");
  report("a key typed while nothing streams", alone.told);

  // What the browser itself takes for it.
  await page.goto("about:blank");
  await page.setContent("<textarea autofocus></textarea>");
  await page.locator("textarea").focus();
  const bare = new Keys(page, thread);
  await bare.type("and now nothing else moves");
  report("a key typed into a page with nothing but a field", bare.told);
});
