import { expect, type Page, test as base } from "@playwright/test";

import { type Configuration, Server } from "./server.ts";

export { expect, type Page };

/** Someone who can sign in. */
export interface Account {
  name: string;
  email: string;
  password: string;
}

interface Options {
  /** What this file's servers are configured with; `test.use({ configuration: { LIANTAI__SIMULATOR__SPEED: "0.2" } })`. */
  configuration: Configuration;
  /** Console messages that a test provokes on purpose. */
  expectedProblems: RegExp[];
}

interface Fixtures {
  /** A server of the test's own, ready; `page.goto("/")` leads there. */
  server: Server;
  /** Somebody new: not registered yet. */
  account: Account;
  /** A page whose visitor has just registered as `account`. */
  signedInPage: Page;
  /** Fails the test when a page reported an error: a panic, a hydration mismatch, a breach of the CSP. */
  quietConsole: undefined;
}

export const test = base.extend<Options & Fixtures>({
  configuration: [{}, { option: true }],
  expectedProblems: [[], { option: true }],

  server: async ({ configuration }, use, testInfo) => {
    const server = await Server.start(configuration);
    await use(server);
    await server.dispose();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach("server.log", { body: server.log, contentType: "text/plain" });
    }
  },

  baseURL: async ({ server }, use) => use(server.url),

  account: async ({}, use) => use(somebody()),

  signedInPage: async ({ page, account }, use) => {
    await register(page, account);
    await use(page);
  },

  quietConsole: [
    async ({ context, expectedProblems }, use) => {
      const problems: string[] = [];
      const report = (problem: string) => {
        const expected = [...networkNoise, ...expectedProblems].some((pattern) => pattern.test(problem));
        if (!expected) problems.push(problem);
      };
      context.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") report(message.text());
      });
      context.on("weberror", (error) => report(error.error().message));
      await use(undefined);
      expect(problems, "the pages' consoles").toEqual([]);
    },
    { auto: true },
  ],
});

/** Chromium's own report of a refused or failed request: what it means for the page is for the test to check. */
const networkNoise = [/Failed to load resource/, /net::ERR_/];

let people = 0;

/** Somebody whom no server knows yet. */
export function somebody(name = "林黛玉"): Account {
  people += 1;
  return { name, email: `person-${process.pid}-${people}@example.com`, password: "ink-brush-mountain-42" };
}

/** Registers through the form, which works with and without JavaScript, and arrives signed in at a new conversation. */
export async function register(page: Page, account: Account): Promise<void> {
  await page.goto("/register");
  await fillIn(page, account);
  await expect(page).not.toHaveURL(/\/register/);
}

/** Signs in through the form. */
export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto("/login");
  await fillIn(page, account);
  await expect(page).not.toHaveURL(/\/login/);
}

/** Makes the first administrator, through the link that the server printed at its first start. */
export async function setUp(page: Page, server: Server, account: Account): Promise<void> {
  await page.goto(await server.setupLink());
  await fillIn(page, account);
  await expect(page).not.toHaveURL(/\/setup/);
}

/** Fills the fields that the form has, found by name because their labels are in the reader's language, and sends it. */
async function fillIn(page: Page, account: Account): Promise<void> {
  const form = page.locator("form").filter({ has: page.locator('input[name="password"]') });
  const name = form.locator('input[name="name"]');
  if (await name.count()) await name.fill(account.name);
  await form.locator('input[name="email"]').fill(account.email);
  await form.locator('input[name="password"]').fill(account.password);
  await form.locator('button:not([type="button"])').click();
}
