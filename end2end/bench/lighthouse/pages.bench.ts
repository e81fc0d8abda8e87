import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

import type { Page } from "@playwright/test";

import { chromium } from "../../browser.ts";
import { register, test } from "../../fixtures.ts";
import { answered, ask } from "../conversation.ts";
import { report } from "../measure.ts";

test.use({ configuration: { LIANTAI__SIMULATOR__LATENCY_MS: "0", LIANTAI__SIMULATOR__SPEED: "0" } });
test.setTimeout(900_000);

/** Lighthouse's command line, which `./dev bench lighthouse` installs. */
const lighthouse = process.env["LIANTAI_LIGHTHOUSE"] ?? "lighthouse";

interface Result {
  categories: Record<"performance" | "accessibility", { score: number }>;
  audits: Record<string, { title: string; score: number | null; displayValue?: string }>;
}

test("Lighthouse", async ({ page, account, server }, testInfo) => {
  await register(page, account);
  const id = await ask(page, "Write me a short poem about ink.");
  await answered(page);
  const headers = testInfo.outputPath("headers.json");
  await writeFile(headers, JSON.stringify({ Cookie: await cookies(page) }));

  for (const [path, signedIn] of [["/login", false], [`/c/${id}`, true]] as const) {
    for (const preset of ["desktop", "mobile"] as const) {
      const output = testInfo.outputPath(`${preset}.json`);
      await promisify(execFile)(lighthouse, [
        server.url + path,
        "--quiet",
        "--only-categories=performance,accessibility",
        "--output=json",
        `--output-path=${output}`,
        `--chrome-path=${chromium.launchOptions?.executablePath ?? ""}`,
        `--chrome-flags=${["--headless=new", ...(chromium.launchOptions?.args ?? [])].join(" ")}`,
        ...(preset === "desktop" ? ["--preset=desktop"] : []),
        ...(signedIn ? [`--extra-headers=${headers}`] : []),
      ]);
      const { categories, audits } = JSON.parse(await readFile(output, "utf8")) as Result;
      const [performance, accessibility] = [categories.performance, categories.accessibility].map(({ score }) => Math.round(score * 100));
      const name = `${signedIn ? "/c/{id}" : path}, ${preset}`;
      report(`Lighthouse ${name}`, `performance ${performance} (aim: ≥ 95), accessibility ${accessibility} (aim: 100)`);
      const times = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
      report("…", times.map((audit) => `${audits[audit]?.title}: ${audits[audit]?.displayValue}`).join(", "));
    }
  }
});

async function cookies(page: Page): Promise<string> {
  return (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
}
