import { expect, register, test as base } from "../../fixtures.ts";
import { Simulator } from "../../simulator.ts";
import { ask } from "../conversation.ts";
import { median, report } from "../measure.ts";
import { MainThread } from "./main_thread.ts";

const TOKENS_PER_SECOND = 200;

const test = base.extend({
  // A process of its own, so that what the simulator costs is not counted.
  configuration: async ({}, use) => {
    const simulator = await Simulator.start({ speed: TOKENS_PER_SECOND });
    await use(simulator.configuration);
    await simulator.stop();
  },
});

test("the page while an answer streams", async ({ page, account }) => {
  await register(page, account);
  const thread = await MainThread.of(page);
  await ask(page, "Tell me a long story about a paper mill.");
  const answer = page.locator(".message__answer").last();
  const length = () => answer.evaluate((element) => element.textContent?.length ?? 0);
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  await expect.poll(length).toBeGreaterThan(400);

  const second = () => page.waitForTimeout(1_000);
  const [first, beginning] = [await thread.memory(), await length()];
  const watched = await thread.during(async () => {
    for (let seconds = 0; seconds < 3; seconds += 1) await second();
  });
  report(`streaming ${TOKENS_PER_SECOND} tokens/s: main thread busy`, `${(watched.share * 100).toFixed(0)} % (aim: < 30)`);

  await page.locator("form.composer textarea").focus();
  const keys: number[] = [];
  for (const key of "meanwhile I write") {
    const typing = await thread.during(async () => {
      await page.keyboard.type(key);
      await page.waitForTimeout(100);
    });
    const quiet = await thread.during(() => page.waitForTimeout(100));
    keys.push(typing.task - quiet.task);
  }
  report("… a key typed meanwhile", `${median(keys).toFixed(1)} ms of work (aim: < 8)`);
  const [last, end] = [await thread.memory(), await length()];
  expect(await stop.count(), "it still streams").toBe(1);
  report("… heap", `${(first.heap / 1e6).toFixed(1)} MB at ${beginning} characters, ${(last.heap / 1e6).toFixed(1)} at ${end}`);
  report("… longest piece of work", `${(await thread.longest()).toFixed(0)} ms`);
});
