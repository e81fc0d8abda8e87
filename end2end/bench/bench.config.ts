import { defineConfig } from "@playwright/test";

import { chromium } from "../browser.ts";

export default defineConfig({
  testDir: ".",
  testMatch: "*.bench.ts",
  // One after the other: a measurement has the machine to itself.
  workers: 1,
  retries: 0,
  timeout: 300_000,
  reporter: "./report.ts",
  use: {
    ...chromium,
    locale: "en-US",
    extraHTTPHeaders: { "Accept-Language": "en" },
    viewport: { width: 1440, height: 900 },
    actionTimeout: 30_000,
  },
});
