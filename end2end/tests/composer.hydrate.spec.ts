import { expect, pace, signIn, test } from "../fixtures.ts";
import { ChatPage } from "../pages/chat_page.ts";
import { InputMethod } from "../pages/input_method.ts";

test("Enter sends, Shift+Enter breaks the line", { tag: "@desktop" }, async ({ page, chat }) => {
  await chat.alive();
  await chat.prompt.pressSequentially("one");
  await chat.prompt.press("Shift+Enter");
  // At once behind a composition too, where Enter alone is not believed yet.
  const input = await InputMethod.on(page);
  await input.compose("er");
  await input.choose("二");
  await chat.prompt.press("Shift+Enter");
  await chat.prompt.pressSequentially("three");
  await expect(chat.prompt).toHaveValue("one\n二\nthree");
  await expect(async () => {
    await chat.prompt.press("Enter");
    await expect(chat.questions).toHaveCount(1, { timeout: 200 });
  }).toPass();
  await chat.answered();
  await expect(chat.questions.last()).toContainText(/one\n二\nthree/);
  await expect(chat.prompt).toHaveValue("");
});

test("a screen keyboard's Enter breaks the line", { tag: "@phone" }, async ({ chat }) => {
  await chat.alive();
  await chat.prompt.pressSequentially("一");
  await chat.prompt.press("Enter");
  await chat.prompt.pressSequentially("二");
  await expect(chat.prompt).toHaveValue("一\n二");
  await expect(chat.questions).toHaveCount(0);
});

for (const system of ["macOS", "Windows"] as const) {
  test(`Enter that ends a Chinese composition sends nothing (${system})`, { tag: "@desktop" }, async ({ page, chat }) => {
    await chat.alive();
    const input = await InputMethod.on(page);
    await chat.prompt.focus();
    await input.compose("chunxiao");
    await expect(chat.prompt).toHaveValue("chunxiao");
    await input.pressEnter(system);
    await input.choose("春晓");
    await expect(chat.prompt).toHaveValue("春晓");
    await expect(chat.questions).toHaveCount(0);

    await input.compose("zenmebei");
    await input.pressEnter(system);
    await input.choose("怎么背");
    await expect(chat.prompt, "nor was the line broken").toHaveValue("春晓怎么背");
    await expect(chat.questions).toHaveCount(0);

    // Some browsers report the Enter that ends a composition after its end, so one that follows at once is not believed.
    await expect(async () => {
      await chat.prompt.press("Enter");
      await expect(chat.questions).toHaveCount(1, { timeout: 200 });
    }).toPass();
    await expect(chat.questions).toContainText("春晓怎么背");
    await chat.answered();
  });
}

test("nothing blank is sent", { tag: "@desktop" }, async ({ page, chat }) => {
  await chat.alive();
  await chat.prompt.fill("  \n ");
  await expect(chat.sendButton).toBeDisabled();
  await chat.prompt.press("Enter");
  await chat.prompt.fill("x");
  await expect(chat.sendButton).toBeEnabled();
  await expect(chat.questions).toHaveCount(0);
  expect(new URL(page.url()).pathname).toBe("/");
});

test("the composer grows with its text and shrinks when it is sent", async ({ chat, questions }) => {
  await chat.alive();
  const height = async () => (await chat.prompt.boundingBox())?.height ?? 0;
  const one = await height();
  await chat.prompt.fill(Array.from({ length: 6 }, () => questions.poem).join("\n"));
  await expect.poll(height).toBeGreaterThan(3 * one);
  await chat.prompt.fill(Array.from({ length: 200 }, () => questions.poem).join("\n"));
  await expect(chat.sendButton).toBeInViewport({ ratio: 1 });
  await chat.sendButton.click();
  await chat.answered();
  expect(await height()).toBeLessThan(1.5 * one);
});

test("a draft survives a reload and is there on another device", async ({ browser, page, chat, server, account, words, questions, locale }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const { path } = chat;
  await chat.alive();
  const kept = page.waitForResponse((response) => response.url().includes("conversations.save_draft") && response.ok());
  await chat.prompt.fill("想到一半 — half a thought");
  await kept;
  await page.reload();
  await expect(chat.prompt).toHaveValue("想到一半 — half a thought");

  const device = await browser.newContext({ baseURL: server.url, locale: locale ?? "en-US" });
  const elsewhere = new ChatPage(await device.newPage(), words, true);
  await signIn(elsewhere.page, account);
  await expect(elsewhere.prompt, "each conversation has a draft of its own").toHaveValue("");
  await elsewhere.page.goto(path);
  await expect(elsewhere.prompt).toHaveValue("想到一半 — half a thought");

  await elsewhere.sendButton.click();
  await expect(elsewhere.questions).toHaveCount(2);
  await elsewhere.answered();
  await elsewhere.page.reload();
  await expect(elsewhere.prompt, "what was sent is no draft any more").toHaveValue("");
  await device.close();
});

test("a draft that another window went on with, or sent, is here when one comes back to this one", { tag: "@desktop" }, async ({ chat, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const other = await chat.newTab(chat.path);
  await other.alive();
  const kept = (tab: ChatPage, text: string) =>
    tab.page.waitForResponse((response) => {
      const sent = new URLSearchParams(response.request().postData() ?? "").get("text");
      return response.url().includes("conversations.save_draft") && response.ok() && sent === text;
    });
  const comesBack = (tab: ChatPage) => tab.page.evaluate(() => window.dispatchEvent(new Event("focus")));
  const half = kept(chat, "half a thought");
  await chat.prompt.fill("half a thought");
  await half;
  await expect(other.prompt).toHaveValue("");
  await comesBack(other);
  await expect(other.prompt).toHaveValue("half a thought");

  const whole = kept(other, "half a thought, and the rest");
  await other.prompt.fill("half a thought, and the rest");
  await whole;
  await comesBack(chat);
  await expect(chat.prompt).toHaveValue("half a thought, and the rest");
  const asked = chat.page.waitForResponse((response) => response.url().includes("generation.ask") && response.ok());
  await chat.sendButton.click();
  await asked;
  await expect(other.questions).toHaveCount(2);
  await chat.answered();
  await comesBack(other);
  await expect(other.prompt, "nothing is sent twice").toHaveValue("");
});

test("what is sent is no draft on another page, also where it was just being kept", { tag: "@desktop" }, async ({ page, chat, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const other = await chat.newTab(chat.path);
  await other.alive();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const kept: string[] = [];
  // The first is on its way while it is sent; there is no other.
  await page.route("**/fn/conversations.save_draft*", async (route) => {
    kept.push(new URLSearchParams(route.request().postData() ?? "").get("text") ?? "");
    await held;
    await (kept.length === 1 ? route.continue() : route.abort());
  });
  const keeps = page.waitForRequest(/conversations\.save_draft/);
  await chat.prompt.fill("half a thought");
  await keeps;
  const asked = page.waitForResponse((response) => response.url().includes("generation.ask") && response.ok());
  await chat.sendButton.click();
  await expect(chat.prompt).toHaveValue("");
  release();
  await asked;
  await other.page.reload();
  await other.alive();
  await expect(other.questions).toHaveCount(2);
  await expect(other.prompt).toHaveValue("");
  await chat.answered();
  // It goes on as before.
  await page.unroute("**/fn/conversations.save_draft*");
  const again = page.waitForResponse((response) => response.url().includes("conversations.save_draft") && response.ok());
  await chat.prompt.fill("the other half");
  await again;
  expect(kept).toEqual(["half a thought"]);
});

test("what is typed anew on another page while a question is on its way stays", { tag: "@desktop" }, async ({ page, chat, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  const kept = (tab: ChatPage, text: string) =>
    tab.page.waitForResponse((response) => {
      const sent = new URLSearchParams(response.request().postData() ?? "").get("text");
      return response.url().includes("conversations.save_draft") && response.ok() && sent === text;
    });
  const first = kept(chat, "first");
  await chat.prompt.fill("first");
  await first;
  const other = await chat.newTab(chat.path);
  await expect(other.prompt).toHaveValue("first");
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/fn/generation.ask*", async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest(/generation\.ask/);
  await chat.sendButton.click();
  await asked;
  const second = kept(other, "second");
  await other.prompt.fill("second");
  await second;
  release();
  await expect(other.questions).toHaveCount(2);
  await chat.answered();
  await expect(chat.prompt).toHaveValue("");
  await other.page.reload();
  await expect(other.prompt).toHaveValue("second");
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(chat.prompt, "one comes back to it here too").toHaveValue("second");
});

test("what is typed as one leaves is kept", { tag: "@desktop" }, async ({ page, chat }) => {
  await chat.alive();
  await chat.prompt.fill("in a hurry");
  await page.goto("/login");
  // It is sent by a beacon, which nobody waits for.
  await expect(async () => {
    await page.goto("/");
    await expect(chat.prompt).toHaveValue("in a hurry", { timeout: 1_000 });
  }).toPass();
});

test("what is typed is kept for another page of the site, as is what is sent as one leaves", { tag: "@desktop" }, async ({ page, chat }) => {
  await chat.alive();
  // At once, as no hand is: before what was typed last is kept by itself.
  const go = (path: string) =>
    page.locator(`a[href="${path}"]`).first().evaluate((link) => (link as HTMLElement).click());
  const kept = (text: string) =>
    page.waitForResponse((response) => {
      const sent = new URLSearchParams(response.request().postData() ?? "").get("text");
      return response.url().includes("conversations.save_draft") && response.ok() && sent === text;
    });
  const leaves = async () => {
    await go("/conversations");
    await expect(chat.prompt).toHaveCount(0);
  };
  let halfway = kept("halfway");
  await chat.prompt.fill("halfway");
  await leaves();
  await halfway;
  await go("/");
  await expect(chat.prompt).toHaveValue("halfway");

  // What can't be sent has no field to come back to, and is there when that is opened again.
  let answer = (_arrives: boolean) => {};
  const asks = async () => {
    const arrives = new Promise<boolean>((resolve) => (answer = resolve));
    await page.route(
      "**/fn/generation.ask*",
      async (route) => ((await arrives) ? route.continue() : route.abort()),
      { times: 1 },
    );
    const emptied = kept("");
    const asked = page.waitForRequest(/generation\.ask/);
    await chat.sendButton.click();
    await asked;
    await leaves();
    await emptied;
  };
  await asks();
  halfway = kept("halfway");
  answer(false);
  await halfway;
  await go("/");
  await expect(chat.prompt).toHaveValue("halfway");

  // What arrives is listed, and the page goes on.
  await asks();
  answer(true);
  await expect(page.locator('.sidebar a[href^="/c/"]').first()).toBeAttached();
  await go("/");
  await expect(chat.prompt).toHaveValue("");

  // What comes back when another one is begun already stands before that.
  const first = kept("first");
  await chat.prompt.fill("first");
  await first;
  await asks();
  await go("/");
  await expect(chat.prompt).toHaveValue("");
  await chat.prompt.fill("second");
  answer(false);
  await expect(chat.prompt).toHaveValue("first\nsecond");
});

test("what is typed while another page is on its way stays with the conversation that is left", { tag: "@desktop" }, async ({ page, chat, questions }) => {
  // The keyboard stays where it is, as it does for who goes back and forth in the browser.
  const go = (path: string) =>
    page.locator(`a[href="${path}"]`).first().evaluate((link) => (link as HTMLElement).click());
  const hold = async (what: string) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(what, async (route) => {
      await held;
      await route.continue();
    });
    return release;
  };
  const opened = (path: string) =>
    page.waitForResponse((response) => {
      const sent = response.request().postData() ?? "";
      return response.url().includes("conversations.open") && sent.includes(path.slice("/c/".length));
    });
  const kept = (text: string) =>
    page.waitForResponse((response) => {
      const sent = new URLSearchParams(response.request().postData() ?? "").get("text");
      return response.url().includes("conversations.save_draft") && response.ok() && sent === text;
    });
  await chat.ask(questions.poem);
  await chat.answered();
  const first = chat.path;
  await go("/");
  await expect(chat.messages).toHaveCount(0);
  await chat.ask(questions.code);
  await chat.answered();
  const second = chat.path;

  // Until the other is there, this one is as alive as it was.
  await chat.prompt.fill("half");
  let release = await hold("**/fn/conversations.open*");
  let asked = page.waitForRequest(/conversations\.open/);
  await go(first);
  await asked;
  await page.keyboard.type("way");
  await expect(chat.prompt).toHaveValue("halfway");
  await chat.openMenu(chat.answer);
  await page.keyboard.press("Escape");
  await expect(chat.menu).toBeHidden();
  await chat.prompt.focus();
  let draft = kept("halfway up");
  await page.keyboard.type(" up");
  await expect(chat.prompt).toHaveValue("halfway up");
  await expect(chat.question).toContainText(questions.code);
  release();
  await expect(chat.question).toContainText(questions.poem);
  await expect(chat.prompt, "the keyboard goes along").toBeFocused();
  await expect(chat.prompt).toHaveValue("");
  await page.keyboard.type("here");
  await expect(chat.prompt).toHaveValue("here");
  await draft;
  await go(second);
  await expect(chat.question).toContainText(questions.code);
  await expect(chat.prompt).toHaveValue("halfway up");

  // Who thinks better of it finds nothing changed.
  release = await hold("**/fn/conversations.open*");
  asked = page.waitForRequest(/conversations\.open/);
  await go(first);
  await asked;
  await page.keyboard.type("!");
  const again = opened(second);
  await go(second);
  release();
  await again;
  await page.keyboard.type("?");
  await expect(chat.prompt).toHaveValue("halfway up!?");
  await expect(chat.question).toContainText(questions.code);

  // The same where a page's part of the module has to be loaded first.
  release = await hold("**/split_studio.*.wasm");
  asked = page.waitForRequest(/split_studio.*\.wasm/);
  await go("/library");
  await asked;
  draft = kept("halfway up!? on");
  await page.keyboard.type(" on");
  await expect(chat.prompt).toHaveValue("halfway up!? on");
  release();
  await expect(chat.prompt).toHaveCount(0);
  await draft;
  await go(second);
  await expect(chat.prompt).toHaveValue("halfway up!? on");
  await go("/");
  await expect(chat.messages, "and the page goes on").toHaveCount(0);
  await go(first);
  await expect(chat.prompt).toHaveValue("here");
});

test("what is typed before the page is alive stays", { tag: "@desktop" }, async ({ page, chat }) => {
  await chat.alive();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/", { waitUntil: "domcontentloaded" });
  await chat.prompt.fill("early bird");
  const alive = page.waitForResponse(/\.wasm$/);
  release();
  await alive;
  await expect(chat.prompt).toHaveValue("early bird");
  await chat.sendButton.click();
  await expect(chat.questions).toContainText("early bird");
  await chat.answered();
});

test("a starter fills the composer", async ({ page, chat, words }) => {
  await chat.alive();
  await page.getByRole("button", { name: words.starter_1 }).click();
  await expect(chat.prompt).toHaveValue(words.starter_1);
  await expect(chat.sendButton).toBeEnabled();
  // What was typed stays, and one starter takes the place of another.
  await chat.prompt.fill("half a thought");
  await page.getByRole("button", { name: words.starter_2 }).click();
  await page.getByRole("button", { name: words.starter_1 }).click();
  await expect(chat.prompt).toHaveValue(`half a thought\n\n${words.starter_1}`);
});

test("what is typed while the first question is on its way goes along", { tag: "@desktop" }, async ({ page, chat, questions }) => {
  await chat.alive();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/fn/generation.ask*", async (route) => {
    await held;
    await route.continue();
  });
  await chat.prompt.fill(questions.poem);
  await chat.prompt.press("Enter");
  await expect(chat.prompt).toHaveValue("");
  await expect(page.locator(".message[data-pending]"), "it is seen at once").toContainText(questions.poem);
  await page.keyboard.type("and then");
  release();
  await expect(page).toHaveURL(/\/c\//);
  await expect(chat.questions).toContainText(questions.poem);
  await expect(chat.prompt).toHaveValue("and then");
  await expect(chat.prompt, "and so does the keyboard").toBeFocused();
  await chat.answered();
  await page.reload();
  await expect(chat.prompt).toHaveValue("and then");
});

test("a microphone that is not allowed is explained, and what was typed stays", { tag: "@desktop" }, async ({ page, chat, words }) => {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await page.reload();
  await chat.alive();
  await chat.prompt.fill("half a thought");
  const start = page.getByRole("button", { name: words.dictation_start, exact: true });
  await start.click();
  await expect(page.getByRole("alert")).toHaveText(words.dictation_refused);
  await expect(start).toHaveAttribute("aria-pressed", "false");
  await expect(chat.prompt).toHaveValue("half a thought");
});

test("what can't be sent comes back", { tag: "@desktop" }, async ({ context, page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await context.setOffline(true);
  await chat.prompt.fill(questions.code);
  await chat.sendButton.click();
  await expect(page.getByRole("alert")).toContainText(words.error_overloaded);
  await expect(chat.prompt).toHaveValue(questions.code);
  await context.setOffline(false);
  await chat.sendButton.click();
  await expect(chat.answers).toHaveCount(2);
  await chat.answered();
  await expect(chat.questions).toHaveCount(2);
});

test("who was signed out keeps what they typed", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await page.context().clearCookies();
  await chat.prompt.fill(questions.code);
  await chat.sendButton.click();
  await expect(page.getByRole("alert")).toContainText(words.error_sign_in_needed);
  const way = page.getByRole("alert").getByRole("link", { name: words.sign_in, exact: true });
  await expect(way, "in another tab").toHaveAttribute("target", "_blank");
  await expect(chat.prompt).toHaveValue(questions.code);
});

test.describe("while an answer is written", () => {
  test.use({ configuration: pace.steady });

  test("one can go on typing", async ({ chat, questions }) => {
    await chat.ask(questions.poem);
    await chat.midAnswer(1);
    await chat.prompt.fill("next thought");
    await chat.answered();
    await expect(chat.prompt).toHaveValue("next thought");
    await expect(chat.sendButton).toBeEnabled();
  });
});
