import { expect, fillIn, register, signIn, somebody, test } from "../fixtures.ts";
import { AccountForm } from "../pages/forms.ts";

test("who registers is signed in, and can sign out and in again", async ({ page, sidebar, account, words }) => {
  await register(page, account);
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();

  await sidebar.signOut();
  await expect(page).toHaveURL(/\/login/);
  await page.goto("/");
  await expect(page, "nobody is signed in any more").toHaveURL(/\/login/);

  await fillIn(page, account);
  await expect(page.getByRole("textbox", { name: words.ask_anything })).toBeVisible();
  await sidebar.openAccountMenu();
  await expect(page.getByText(account.email)).toBeVisible();
});

test("a stranger is led to sign in and then to where they wanted to go", async ({ browser, page, chat, account, questions }) => {
  await chat.ask(questions.poem);
  await chat.answered();

  const context = await browser.newContext();
  const elsewhere = await context.newPage();
  await elsewhere.goto(page.url());
  await expect(elsewhere).toHaveURL(/\/login\?next=/);
  await fillIn(elsewhere, account);
  await expect(elsewhere).toHaveURL(page.url());
  await expect(elsewhere.getByText(questions.poem).first()).toBeVisible();
  await context.close();
});

test("a conversation of somebody else's is not there", async ({ browser, page, chat, server, questions, words, locale }) => {
  await chat.ask(questions.poem);

  const context = await browser.newContext({ locale: locale ?? "en-US", baseURL: server.url });
  const stranger = await context.newPage();
  await stranger.goto("/register");
  await fillIn(stranger, somebody("薛宝钗"));
  await expect(stranger).not.toHaveURL(/\/register/);
  const answer = await stranger.goto(page.url());
  expect(answer?.status()).toBe(404);
  await expect(stranger.getByRole("heading", { name: words.not_found_title })).toBeVisible();
  await expect(stranger.getByText(questions.poem)).toHaveCount(0);
  await context.close();
});

test("a wrong password and an unknown address are refused in the same words", async ({ page, chat, sidebar, account, words }) => {
  await chat.alive();
  await sidebar.signOut();
  const form = new AccountForm(page, words);
  for (const email of [account.email, somebody().email]) {
    await page.goto("/login");
    await form.email.fill(email);
    await form.password.fill("not-the-password");
    await form.signIn();
    await expect(form.problem).toHaveText(words.error_wrong_credentials);
  }
});

test("guessing a password is slowed down", { tag: "@plain" }, async ({ page, chat, sidebar, account, words }) => {
  await chat.alive();
  await sidebar.signOut();
  const form = new AccountForm(page, words);
  // After some failures each further one costs a wait that doubles, so that sooner or later one is too early.
  await expect(async () => {
    await page.goto("/login");
    await form.email.fill(account.email);
    await form.password.fill("just-a-guess");
    await form.signIn();
    await expect(form.problem).toContainText(words.error_too_many_attempts, { timeout: 1_000 });
  }).toPass({ intervals: [0] });
});

test("the setup link makes the first owner, once", async ({ page, server, account, words }) => {
  const link = await server.setupLink();
  await page.goto(link);
  await expect(page.getByText(words.setup_lead)).toBeVisible();
  await fillIn(page, account);
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();

  await page.goto(link);
  await expect(page.getByText(words.setup_used)).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveCount(0);
});

test("a made-up setup link offers nothing", { tag: "@plain" }, async ({ page, words }) => {
  await page.goto("/setup?token=made-up");
  await expect(page.getByText(words.setup_used)).toBeVisible();
});

test.describe("where registration is closed", () => {
  test.use({ configuration: { LIANTAI__IDENTITY__REGISTRATION: "closed" } });

  test("nobody is invited to register", async ({ page, words }) => {
    await page.goto("/login");
    await expect(page.getByRole("button", { name: words.sign_in, exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: words.register })).toHaveCount(0);
    await page.goto("/register");
    await expect(page.getByText(words.registration_closed)).toBeVisible();
  });
});

test("an address can be registered once, and what was typed is not at fault", async ({ page, chat, sidebar, account, words }) => {
  await chat.alive();
  await sidebar.signOut();
  await page.goto("/register");
  await fillIn(page, { ...account, name: "史湘云" });
  await expect(new AccountForm(page, words).problem).toHaveText(words.error_email_taken);
  await signIn(page, account);
  await sidebar.reveal();
  await expect(sidebar.view.getByText(account.name)).toBeVisible();
});
