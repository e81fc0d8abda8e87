import { expect, register, test as base } from "../../fixtures.ts";
import { Simulator } from "../../simulator.ts";
import { ask } from "../conversation.ts";
import { report } from "../measure.ts";
import { MainThread } from "./main_thread.ts";

const TOKENS_PER_SECOND = 200;

/** One block that grows and grows, most of it coloured. */
const lines = Array.from({ length: 300 }, (_, at) => `    let lamp_${at} = Lamp::new("harbour", ${at}).lit_by(|keeper| keeper.at(${at}) < 12); // seen`);
const reply = ["```rust", "fn main() {", ...lines, "}", "```", ""].join("\n");

const test = base.extend<{ upstream: Simulator }>({
  // A process of its own, so that what the simulator costs is not counted.
  upstream: async ({}, use) => {
    const upstream = await Simulator.start({ speed: TOKENS_PER_SECOND });
    await use(upstream);
    await upstream.stop();
  },
  configuration: async ({ upstream }, use) => use(upstream.configuration),
});

test("the page while long code streams", async ({ page, account, upstream, request }) => {
  test.setTimeout(180_000);
  const told = await request.post(`http://${upstream.addr}/simulator/answers`, { data: { words: reply.match(/\s*\S+/g) } });
  expect(told.ok()).toBe(true);
  await register(page, account);
  const thread = await MainThread.of(page);
  await ask(page, "Write me a long program.");
  const code = page.locator(".message__answer code");
  const shown = async () => (await code.count()) && code.evaluate((element) => element.textContent?.split("\n").length ?? 0);
  const stop = page.getByRole("button", { name: "Stop", exact: true });
  // What a piece costs must not depend on how much is there.
  for (const from of [20, 120]) {
    await expect.poll(shown, { timeout: 60_000 }).toBeGreaterThan(from);
    const first = await shown();
    await thread.longest();
    const watched = await thread.during(() => page.waitForTimeout(3_000));
    const share = `${(watched.share * 100).toFixed(0)} % (aim: < 30)`;
    report(`streaming lines ${first} to ${await shown()} of code: main thread busy`, share);
    report("… longest piece of work", `${(await thread.longest()).toFixed(0)} ms`);
    expect(await stop.count(), "it still streams").toBe(1);
  }
});
