import { expect, register, test } from "../fixtures.ts";
import { lengthen } from "../lengthen.ts";
import { answered, ask } from "./conversation.ts";
import { median, report } from "./measure.ts";

test.use({ configuration: { LIANTAI__SIMULATOR__LATENCY_MS: "0", LIANTAI__SIMULATOR__SPEED: "0" } });

test("opening a long conversation", async ({ page, account, server }) => {
  await register(page, account);
  const id = await ask(page, "Write me a short poem about ink.");
  await answered(page);
  await server.stop();
  const short = await lengthen(server.database, id, 50);
  const long = await lengthen(server.database, id, 2_000);
  await server.start();

  /** Milliseconds until the server has sent the whole page. */
  const open = async (conversation: string) => {
    const from = performance.now();
    const answer = await page.request.get(`/c/${conversation}`);
    const took = performance.now() - from;
    expect(answer.status()).toBe(200);
    return took;
  };
  const times = { short: [] as number[], long: [] as number[] };
  // In turns, so that whatever else the machine does meets both.
  for (let turn = 0; turn < 41; turn += 1) {
    times.short.push(await open(short));
    times.long.push(await open(long));
  }
  const [fifty, thousands] = [median(times.short), median(times.long)];
  report("opening 50 messages", `${fifty.toFixed(1)} ms`);
  report("opening 2,000 messages", `${thousands.toFixed(1)} ms (${(thousands / fifty).toFixed(2)} times; aim: 1)`);
});
