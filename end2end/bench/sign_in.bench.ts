import { register, test as base } from "../fixtures.ts";
import { Simulator } from "../simulator.ts";
import { ask } from "./conversation.ts";
import { median, report } from "./measure.ts";

const SIGN_INS = 100;
const TOKENS_PER_SECOND = 20;

const test = base.extend({
  configuration: async ({}, use) => {
    const simulator = await Simulator.start({ speed: TOKENS_PER_SECOND });
    // All come from one address, which would be refused after a few.
    await use({ ...simulator.configuration, LIANTAI__IDENTITY__FAILURES_PER_ADDRESS: "10000" });
    await simulator.stop();
  },
});

test("parallel sign-ins beside a running answer", async ({ page, account, server }) => {
  await register(page, account);
  const events: number[] = [];
  const session = await page.context().newCDPSession(page);
  session.on("Network.eventSourceMessageReceived", () => events.push(performance.now()));
  await session.send("Network.enable");
  await ask(page, "Tell me a long story about a paper mill.");
  await page.waitForTimeout(1_000);

  const quiet = await health(server.url, new Promise((resolve) => setTimeout(resolve, 3_000)));
  const began = performance.now();
  const statuses: number[] = [];
  const storm = Promise.all(
    Array.from({ length: SIGN_INS }, async (_, number) => {
      const answer = await fetch(`${server.url}/fn/identity.sign_in`, {
        method: "POST",
        headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ email: `nobody-${number}@example.com`, password: "ink-brush-mountain-42" }),
      });
      statuses.push(answer.status);
    }),
  );
  const loud = await health(server.url, storm);
  const ended = performance.now();
  const hashed = statuses.filter((status) => status === 401).length;
  report(`${SIGN_INS} sign-ins at once`, `${hashed} hashed, ${statuses.length - hashed} told to come back, ${((ended - began) / 1000).toFixed(1)} s`);
  report("/healthz meanwhile against quiet, median", `${(median(loud) / median(quiet)).toFixed(2)} times`);
  report("/healthz meanwhile, slowest", `${Math.max(...loud).toFixed(0)} ms (quiet: ${Math.max(...quiet).toFixed(0)} ms)`);
  const gaps = (from: number, to: number) => {
    const within = events.filter((at) => at >= from && at <= to);
    return within.slice(1).map((at, index) => at - (within[index] ?? at));
  };
  report(
    "longest pause of the answer meanwhile against before",
    `${(Math.max(0, ...gaps(began, ended)) / Math.max(...gaps(began - 3_000, began))).toFixed(2)} times`,
  );
});

/** How long `/healthz` takes, asked again and again until `end`. */
async function health(url: string, end: Promise<unknown>): Promise<number[]> {
  let over = false;
  void end.finally(() => (over = true));
  const times: number[] = [];
  while (!over) {
    const from = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return times;
}
