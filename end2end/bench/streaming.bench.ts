import { type Page } from "@playwright/test";

import { register, test as base } from "../fixtures.ts";
import { Simulator } from "../simulator.ts";
import { answered, ask } from "./conversation.ts";
import { cpuTime, report } from "./measure.ts";

/** Conversations that stream at once, each with one reader. */
const CONVERSATIONS = 4;
const TOKENS_PER_SECOND = 200;

const test = base.extend({
  // A process of its own, so that what the simulator costs is not counted.
  configuration: async ({}, use) => {
    const simulator = await Simulator.start({ speed: TOKENS_PER_SECOND });
    await use(simulator.configuration);
    await simulator.stop();
  },
});

test("CPU per streamed event", async ({ context, page, account, server }) => {
  await register(page, account);
  const pages = await Promise.all(Array.from({ length: CONVERSATIONS }, () => context.newPage()));
  let events = 0;
  for (const one of pages) await countEvents(one, () => (events += 1));

  const before = await cpuTime(server.pid);
  await Promise.all(
    pages.map(async (one) => {
      await ask(one, "Tell me a long story about a paper mill.");
      await answered(one);
    }),
  );
  const used = (await cpuTime(server.pid)) - before;
  report("events streamed", `${events} in ${CONVERSATIONS} conversations`);
  report("CPU per streamed event", `${(used / events).toFixed(0)} µs, pages and storing included`);
});

async function countEvents(page: Page, count: () => void): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on("Network.eventSourceMessageReceived", count);
  await session.send("Network.enable");
}
