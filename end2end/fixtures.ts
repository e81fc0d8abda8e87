import { expect, type Page, test as base } from "@playwright/test";

import { ChatPage } from "./pages/chat_page.ts";
import { Settings } from "./pages/settings.ts";
import { Sidebar } from "./pages/sidebar.ts";
import { WorksPage } from "./pages/works_page.ts";
import { type Questions, questionsOf, type Words, wordsOf } from "./pages/words.ts";
import { type Configuration, Server } from "./server.ts";

export { expect, type Page };

/** How fast the simulator answers. */
export const pace = {
  /** Before one looks. */
  atOnce: { LIANTAI__SIMULATOR__LATENCY_MS: "0", LIANTAI__SIMULATOR__SPEED: "0" },
  /** Works and transcripts as well, of which nothing is to be seen before they are done. */
  made: { LIANTAI__SIMULATOR__LATENCY_MS: "0", LIANTAI__SIMULATOR__SPEED: "0", LIANTAI__SIMULATOR__TASK_MS: "500" },
  /** A short answer takes some seconds: time enough to interfere, and not long to wait for its end. */
  steady: { LIANTAI__SIMULATOR__LATENCY_MS: "100", LIANTAI__SIMULATOR__SPEED: "25" },
  /** As a model does: a long answer takes a quarter of a minute. */
  usual: { LIANTAI__SIMULATOR__LATENCY_MS: "100", LIANTAI__SIMULATOR__SPEED: "120" },
} satisfies Record<string, Configuration>;

/** Someone who can sign in. */
export interface Account {
  name: string;
  email: string;
  password: string;
}

interface Options {
  /** What this file's servers are configured with; `test.use({ configuration: pace.steady })`. */
  configuration: Configuration;
  /** Console messages that a test provokes on purpose. */
  expectedProblems: RegExp[];
}

interface Fixtures {
  /** A server of the test's own, ready; `page.goto("/")` leads there. */
  server: Server;
  /** The product's texts in the visitor's language. */
  words: Words;
  /** Questions in the visitor's language. */
  questions: Questions;
  /** Somebody new: not registered yet. */
  account: Account;
  /** The page of a new conversation, whose visitor has just registered as `account`. */
  chat: ChatPage;
  /** The sidebar of `chat`. */
  sidebar: Sidebar;
  /** The pages of one's own account. */
  settings: Settings;
  /** The pages of images, videos and speech, and the library, whose visitor has just registered as `account`; none is open yet. */
  works: WorksPage;
  /** Fails the test when a page reported an error: a panic, a hydration mismatch, a breach of the CSP. */
  quietConsole: undefined;
}

export const test = base.extend<Options & Fixtures>({
  configuration: [pace.atOnce, { option: true }],
  expectedProblems: [[], { option: true }],

  server: async ({ configuration }, use, testInfo) => {
    const server = await Server.start(configuration);
    await use(server);
    await server.dispose();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach("server.log", { body: server.log, contentType: "text/plain" });
    }
  },

  baseURL: async ({ server }, use) => use(server.origin),

  words: async ({ locale }, use) => use(wordsOf(locale)),

  questions: async ({ locale }, use) => use(questionsOf(locale)),

  account: async ({}, use) => use(somebody()),

  chat: async ({ page, account, words, javaScriptEnabled }, use) => {
    await enter(page, account);
    await page.goto("/");
    await use(new ChatPage(page, words, javaScriptEnabled !== false));
  },

  sidebar: async ({ page, words }, use) => use(new Sidebar(page, words)),

  works: async ({ page, account, words, javaScriptEnabled }, use) => {
    await enter(page, account);
    await use(new WorksPage(page, words, javaScriptEnabled !== false));
  },

  settings: async ({ page, words, javaScriptEnabled }, use) =>
    use(new Settings(page, words, javaScriptEnabled !== false)),

  quietConsole: [
    async ({ context, expectedProblems, javaScriptEnabled }, use) => {
      const problems: string[] = [];
      const noise = javaScriptEnabled === false ? [...networkNoise, unusedModule] : networkNoise;
      const report = (problem: string) => {
        const expected = [...noise, ...expectedProblems].some((pattern) => pattern.test(problem));
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
const networkNoise = [/Failed to load resource/, /net::ERR_/, /Service Worker registration blocked by Playwright/];

/** Without scripts nobody takes what was loaded for them. */
const unusedModule = /was preloaded using link preload but not used/;

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

/**
 * Registers with what the form sends, without its page: the page's browser is signed in, and no page is open yet. The form itself
 * has stories of its own.
 */
export async function enter(page: Page, { name, email, password }: Account): Promise<void> {
  await post(page, "/fn/identity.register", { name, email, password });
}

/** Makes the site's owner with what the form behind the setup link sends; no page is open yet. */
export async function setUp(page: Page, server: Server, { name, email, password }: Account): Promise<void> {
  const token = new URL(await server.setupLink()).searchParams.get("token") ?? "";
  await post(page, "/fn/identity.set_up", { token, name, email, password });
}

/** Sends a form with the page's cookies, and keeps those that come back. */
async function post(page: Page, path: string, form: Record<string, string>): Promise<void> {
  const answer = await page.request.post(path, { form, maxRedirects: 0 });
  expect(answer.status(), await answer.text()).toBeLessThan(400);
}

/** Signs in through the form. */
export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto("/login");
  await fillIn(page, account);
  await expect(page).not.toHaveURL(/\/login/);
}

/** Fills the fields that the form has, found by name because their labels are in the reader's language, and sends it. */
export async function fillIn(page: Page, account: Account): Promise<void> {
  const form = page.locator("form").filter({ has: page.locator('input[name="password"]') });
  const name = form.locator('input[name="name"]');
  if (await name.count()) await name.fill(account.name);
  await form.locator('input[name="email"]').fill(account.email);
  await form.locator('input[name="password"]').fill(account.password);
  await form.locator('button:not([type="button"])').click();
}
