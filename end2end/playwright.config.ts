import { defineConfig, devices } from "@playwright/test";

import { chromium } from "./browser.ts";

/** Specs that need the page's WASM; every other spec must also pass without JavaScript. */
const hydrated = /.*\.hydrate\.spec\.ts/;
/** What neither a narrow screen nor Chinese changes: the way to the upstream, accounts and their administration behind the forms. */
const sameEverywhere =
  /((account|accounts|admin|budgets|instructions|preferences|tool_servers|usage)|(account|code|forms|growing|playground|pwa|recording|restart|sso|streaming|upstream)\.hydrate)\.spec\.ts/;
/** What needs a keyboard and a mouse or is the same on a phone beside a story that is told there, and what needs a narrow screen. */
const desktopOnly = /@desktop/;
const phoneOnly = /@phone/;
/** What the server alone decides and says on a page of its own: scripts would only tell it once more. */
const plainOnly = /@plain/;
const english = { locale: "en-US", extraHTTPHeaders: { "Accept-Language": "en" } };
const chinese = { locale: "zh-CN", extraHTTPHeaders: { "Accept-Language": "zh-CN" } };

export default defineConfig({
  testDir: "./tests",
  // Each test has a server of its own, so they don't disturb each other; the machine has two cores.
  fullyParallel: true,
  workers: 2,
  // A test that passes at the second try has found something: by hand it fails at once, CI lists it as flaky.
  retries: process.env["CI"] ? 2 : 0,
  forbidOnly: !!process.env["CI"],
  // So many say that the build is broken: better to be told soon than to wait for all the others.
  ...(process.env["CI"] ? { maxFailures: 15 } : {}),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["html", { open: "never" }]],
  use: {
    ...chromium,
    // What it passes on, tests could not see on its way; those that are about it allow it.
    serviceWorkers: "block",
    trace: process.env["CI"] ? "on-first-retry" : "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    {
      name: "desktop",
      grepInvert: [phoneOnly, plainOnly],
      use: { ...english, viewport: { width: 1440, height: 900 } },
    },
    {
      name: "phone",
      testIgnore: sameEverywhere,
      grepInvert: [desktopOnly, plainOnly],
      use: {
        ...chinese,
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        hasTouch: true,
        isMobile: true,
        userAgent: devices["Pixel 7"].userAgent,
      },
    },
    {
      name: "no-javascript",
      testIgnore: hydrated,
      grepInvert: phoneOnly,
      use: { ...english, viewport: { width: 1280, height: 800 }, javaScriptEnabled: false },
    },
  ],
});
