import { test } from "../fixtures.ts";
import { report, residentMemory } from "./measure.ts";

test("idle memory of the server", async ({ page, server }) => {
  await page.goto("/login");
  // Long enough for what a start leaves behind to be given back.
  await page.waitForTimeout(5_000);
  const bytes = await residentMemory(server.pid);
  report("server's memory, idle", `${(bytes / 1e6).toFixed(1)} MB (aim: below 50 MB)`);
});
