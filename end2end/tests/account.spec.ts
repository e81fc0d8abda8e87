import { readFile } from "node:fs/promises";

import { CodeApp } from "../authenticator.ts";
import { type Account, expect, fillIn, type Page, register, signIn, somebody, test } from "../fixtures.ts";
import { AccountForm } from "../pages/forms.ts";
import { fill } from "../pages/words.ts";

/** Another browser, with the same person signed in. */
async function elsewhere(page: Page, origin: string, account: Account): Promise<Page> {
  const browser = page.context().browser();
  if (!browser) throw new Error("no browser");
  const context = await browser.newContext({ baseURL: origin });
  const other = await context.newPage();
  await signIn(other, account);
  return other;
}

test.describe("where addresses must be shown to be one's own", () => {
  test.use({
    configuration: {
      LIANTAI__SIMULATOR__LATENCY_MS: "0",
      LIANTAI__SIMULATOR__SPEED: "0",
      LIANTAI__IDENTITY__VERIFY_EMAIL: "true",
    },
  });

  test("the link of the letter lets in, and the answer is the same for an address that is taken", async ({ page, server, account, words }) => {
    await page.goto("/register");
    await fillIn(page, account);
    await expect(page.getByRole("heading", { name: words.mail_sent_title })).toBeVisible();

    await page.goto(await server.linkIn("verify-email", account.email));
    await page.getByRole("button", { name: words.verify_button }).click();
    await expect(page.getByRole("heading", { name: words.verified_title })).toBeVisible();
    await signIn(page, account);
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();

    await page.context().clearCookies();
    await page.goto("/register");
    await fillIn(page, { ...account, name: "史湘云" });
    await expect(page.getByRole("heading", { name: words.mail_sent_title })).toBeVisible();
    await server.linkIn("address-taken", account.email);
  });
});

test.describe("where one must be invited", () => {
  test.use({
    configuration: {
      LIANTAI__SIMULATOR__LATENCY_MS: "0",
      LIANTAI__SIMULATOR__SPEED: "0",
      LIANTAI__IDENTITY__REGISTRATION: "invited",
    },
  });

  test("the letter of an owner leads to an account, once", async ({ page, server, account, words }) => {
    const owner = somebody("贾母");
    await page.goto(await server.setupLink());
    await fillIn(page, owner);
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
    await page.goto("/admin/invitations");
    const form = page.locator("form").filter({ has: page.locator('input[name="invitation[email]"]') });
    await form.locator('input[name="invitation[email]"]').fill(account.email);
    await form.locator('button:not([type="button"])').click();

    const link = await server.linkIn("invitation", account.email);
    await page.context().clearCookies();
    await page.goto("/register");
    await expect(page.getByText(words.registration_closed)).toBeVisible();
    await page.goto(link);
    await expect(page.getByText(fill(words.invited_by, { name: owner.name }))).toBeVisible();
    await expect(page.locator('input[name="email"]')).toHaveValue(account.email);
    await fillIn(page, account);
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();

    await page.context().clearCookies();
    await page.goto(link);
    await expect(page.getByText(words.error_invitation_invalid)).toBeVisible();
  });
});

test("a forgotten password is replaced by the link in a letter, once", async ({ page, chat, sidebar, server, account, words }) => {
  await chat.alive();
  await sidebar.signOut();
  await page.goto("/login");
  await page.getByRole("link", { name: words.forgot_link }).click();
  // The page before has a field of that name too.
  await expect(page.getByRole("heading", { name: words.forgot_title })).toBeVisible();
  await page.getByLabel(words.email, { exact: true }).fill(account.email);
  await page.getByRole("button", { name: words.forgot_send }).click();
  await expect(page.getByText(words.forgot_sent)).toBeVisible();

  const link = await server.linkIn("reset-password", account.email);
  await page.goto(link);
  const password = "seven-quiet-lanterns-9";
  await page.getByLabel(words.new_password, { exact: true }).fill(password);
  await page.getByRole("button", { name: words.reset_button }).click();
  await expect(page.getByText(words.reset_done)).toBeVisible();
  await expect.poll(() => server.letters("password-changed", account.email)).toHaveLength(1);

  await page.goto("/login");
  await fillIn(page, account);
  await expect(new AccountForm(page, words).problem).toHaveText(words.error_wrong_credentials);
  await signIn(page, { ...account, password });

  await page.goto(link);
  await expect(page.getByText(words.reset_invalid)).toBeVisible();
});

test("an unknown address is told the same as a known one", { tag: "@plain" }, async ({ page, server, words }) => {
  await page.goto("/forgot");
  const { email } = somebody();
  await page.getByLabel(words.email, { exact: true }).fill(email);
  await page.getByRole("button", { name: words.forgot_send }).click();
  await expect(page.getByText(words.forgot_sent)).toBeVisible();
  expect(await server.letters("reset-password", email)).toEqual([]);
});

test("codes of an app are asked for at the next sign-in, and a written one replaces the app once", async ({ page, chat, sidebar, settings, account, words }) => {
  await chat.alive();
  const app = new CodeApp(await settings.beginCodes());
  await settings.confirmCodes("000000");
  await expect(page.getByText(words.error_wrong_code)).toBeVisible();
  await settings.confirmCodes(await app.code());
  const codes = await settings.recoveryCodes();
  expect(codes.length).toBeGreaterThanOrEqual(8);

  await settings.open("/security");
  await expect(settings.panel(words.totp_title)).toContainText(words.totp_on);
  await expect(page.getByText(codes[0] ?? "", { exact: true }), "shown once").toHaveCount(0);

  await sidebar.signOut();
  await page.goto("/login");
  await fillIn(page, account);
  await expect(page).toHaveURL(/\/login\/factor/);
  await page.goto("/");
  await expect(page, "half a sign-in opens nothing").toHaveURL(/\/login\/factor/);
  await page.getByLabel(words.factor_code, { exact: true }).fill(await app.code());
  await page.getByRole("button", { name: words.continue_on }).first().click();
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();

  await sidebar.signOut();
  await page.goto("/login");
  await fillIn(page, account);
  await page.locator("summary").filter({ hasText: words.recovery_code }).click();
  await page.getByLabel(words.recovery_code, { exact: true }).fill(codes[0] ?? "");
  await page.locator("details").getByRole("button", { name: words.continue_on }).click();
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
  await settings.open("/security");
  await expect(settings.panel(words.recovery_title)).toContainText(
    settings.fill(words.recovery_left, { count: codes.length - 1 }),
  );
});

test("a session that is ended from another browser is over", async ({ page, chat, server, settings, account, words }) => {
  await chat.alive();
  const other = await elsewhere(page, server.origin, account);
  await settings.open("/security");
  const sessions = settings.panel(words.sessions_title);
  await expect(sessions.getByText(words.session_current)).toHaveCount(1);
  await settings.confirm(sessions, words.sessions_end_others);
  await expect(settings.button(words.session_end)).toHaveCount(0);

  // The list is shorter for a moment also while it is asked for anew.
  await expect(async () => {
    await other.goto("/");
    await expect(other).toHaveURL(/\/login/, { timeout: 1_000 });
  }).toPass();
  await page.goto("/");
  await expect(page, "this one goes on").not.toHaveURL(/\/login/);
  await other.context().close();
});

test("the password is changed, and other browsers are signed out", async ({ page, chat, server, settings, account, words }) => {
  await chat.alive();
  const other = await elsewhere(page, server.origin, account);
  await settings.open("/security");
  await settings.field(words.current_password).fill("not-the-password");
  await settings.field(words.new_password).fill("seven-quiet-lanterns-9");
  await settings.button(words.password_change).click();
  await expect(page.getByText(words.error_wrong_password)).toBeVisible();

  await settings.field(words.current_password).fill(account.password);
  await settings.field(words.new_password).fill("seven-quiet-lanterns-9");
  await settings.button(words.password_change).click();
  await expect(page.getByText(words.saved)).toBeVisible();
  await other.goto("/");
  await expect(other).toHaveURL(/\/login/);
  await signIn(other, { ...account, password: "seven-quiet-lanterns-9" });
  await other.context().close();
});

test("the profile's name and language are kept", async ({ page, chat, settings, account, words }) => {
  await chat.alive();
  await settings.open();
  await settings.field(words.name).fill("贾宝玉");
  await settings.field(words.time_zone).fill("Nowhere/Land");
  await settings.button(words.save).click();
  await expect(page.getByText(words.error_invalid_time_zone)).toBeVisible();
  await settings.field(words.name).fill("贾宝玉");
  await settings.field(words.time_zone).fill("Asia/Shanghai");
  await settings.button(words.save).click();
  await expect(page.getByText(words.saved)).toBeVisible();
  await expect(settings.field(words.name)).toHaveValue("贾宝玉");
  await expect(settings.field(words.time_zone)).toHaveValue("Asia/Shanghai");
  expect(account.name).not.toBe("贾宝玉");
});

test("an API key is shown once, and can be deleted", async ({ page, chat, settings, words }) => {
  await chat.alive();
  await settings.open("/keys");
  await settings.field(words.key_name).fill("Loom");
  await page.getByRole("checkbox", { name: words.permission_chat_use }).check();
  await settings.button(words.key_create).click();
  await expect(page.locator(".secret__text")).toHaveText(/^lt-/);
  await settings.open("/keys");
  await expect(page.locator(".secret__text")).toHaveCount(0);
  const keys = settings.panel(words.settings_keys);
  await expect(keys.getByRole("row").filter({ hasText: "Loom" })).toBeVisible();
  await settings.confirm(keys, words.delete);
  await expect(page.getByText(words.keys_none)).toBeVisible();
});

test("one's data is a file to keep", async ({ page, chat, settings, questions, words }) => {
  await chat.ask(questions.poem);
  await chat.answered();
  await settings.open("/privacy");
  const download = page.waitForEvent("download");
  await settings.button(words.export_button).click();
  const file = await (await download).path();
  const bytes = await readFile(file);
  expect(bytes.subarray(0, 2).toString()).toBe("PK");
});

test("an account is deleted by whoever types its address, for good", async ({ page, chat, settings, account, words }) => {
  await chat.alive();
  await settings.open("/privacy");
  const panel = settings.panel(words.delete_title);
  await panel.locator("summary").click();
  await settings.deletionField.fill("not-mine@example.com");
  await settings.button(words.delete_button).click();
  await expect(page.getByText(words.error_not_confirmed)).toBeVisible();
  if (!(await settings.deletionField.isVisible())) await panel.locator("summary").click();
  await settings.deletionField.fill(account.email);
  await settings.button(words.delete_button).click();
  await expect(page).toHaveURL(/\/login/);
  await fillIn(page, account);
  await expect(new AccountForm(page, words).problem).toHaveText(words.error_wrong_credentials);
  await register(page, account);
});
