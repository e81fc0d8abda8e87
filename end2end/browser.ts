import type { PlaywrightTestOptions, PlaywrightWorkerOptions } from "@playwright/test";

/**
 * The system's Chromium, as it runs in a container: no sandbox for root, no connections of its own.
 * `./dev` sets `LIANTAI_CHROMIUM`; without it Playwright looks where Debian puts the headless shell.
 */
export const chromium: Partial<PlaywrightTestOptions & PlaywrightWorkerOptions> = {
  browserName: "chromium",
  launchOptions: {
    executablePath: process.env["LIANTAI_CHROMIUM"] ?? "/usr/bin/chromium-headless-shell",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};
