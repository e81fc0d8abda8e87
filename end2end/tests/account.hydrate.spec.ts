import { CodeApp, plugIn } from "../authenticator.ts";
import { expect, fillIn, pace, register, signIn, test } from "../fixtures.ts";
import { onLocalhost } from "../server.ts";

test.describe("passkeys", () => {
  test.use({
    configuration: async ({}, use) => use({ ...pace.atOnce, ...(await onLocalhost()) }),
  });

  test("a passkey signs in alone, is a second factor, and can be renamed and removed", async ({ page, account, settings, sidebar, words }) => {
    const device = await plugIn(page);
    await register(page, account);
    await settings.open("/security");
    const panel = settings.panel(words.passkeys_title);
    await settings.field(words.passkey_name).fill("Jade seal");
    await settings.button(words.passkey_add).click();
    expect((await settings.recoveryCodes()).length).toBeGreaterThanOrEqual(8);
    await expect(panel.getByRole("row").filter({ hasText: "Jade seal" })).toBeVisible();

    await sidebar.signOut();
    await page.goto("/login");
    await settings.button(words.sign_in_passkey).click();
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();

    await sidebar.signOut();
    // The page offers the passkey by itself; a device that is touched would be faster than the password.
    await device.touched(false);
    await page.goto("/login");
    await fillIn(page, account);
    await expect(page).toHaveURL(/\/login\/factor/);
    await device.touched(true);
    await settings.button(words.use_passkey).click();
    await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();

    await settings.open("/security");
    await panel.locator("summary").filter({ hasText: words.rename }).click();
    await panel.locator("details[open]").getByRole("textbox").fill("Bronze seal");
    await panel.locator("details[open]").getByRole("button", { name: words.save }).click();
    await expect(panel.getByRole("row").filter({ hasText: "Bronze seal" })).toBeVisible();
    await settings.confirm(panel, words.remove);
    await expect(page.getByText(words.passkeys_none)).toBeVisible();
  });
});

test("what was typed stays when a field is refused", async ({ page, chat, settings, words }) => {
  await chat.alive();
  await settings.open("/keys");
  await settings.field(words.key_name).fill("Loom");
  await settings.field(words.key_networks).fill("not a network");
  await settings.button(words.key_create).click();
  await expect(settings.field(words.key_networks)).toHaveAccessibleDescription(`${words.key_networks_hint} ${words.error_invalid_network}`);
  await expect(settings.field(words.key_name)).toHaveValue("Loom");
  await settings.field(words.key_networks).fill("203.0.113.0/24");
  await settings.field(words.key_requests).fill("0");
  await settings.button(words.key_create).click();
  await expect(settings.field(words.key_requests)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert"), "its field alone tells of a number").toHaveCount(1);
  await settings.field(words.key_requests).fill("60");
  await expect(page.getByRole("alert"), "what is put right is told nowhere").toHaveCount(0);
  await settings.button(words.key_create).click();
  await expect(page.locator(".secret__text")).toHaveText(/^lt-/);
});

test("one session is ended from another browser", async ({ browser, chat, server, settings, account, words }) => {
  await chat.alive();
  const context = await browser.newContext({ baseURL: server.origin });
  const other = await context.newPage();
  await signIn(other, account);
  await settings.open("/security");
  const sessions = settings.panel(words.sessions_title);
  await settings.confirm(sessions, words.session_end);
  await expect(sessions.locator("summary").filter({ hasText: words.session_end })).toHaveCount(0);
  await other.reload();
  await expect(other).toHaveURL(/\/login/);
  await context.close();
});

test("codes are set up without leaving the page, and turned off again", async ({ page, chat, settings, words }) => {
  await chat.alive();
  const app = new CodeApp(await settings.beginCodes());
  await settings.confirmCodes(await app.code());
  await settings.recoveryCodes();
  await page.getByRole("link", { name: words.recovery_kept }).click();
  const panel = settings.panel(words.totp_title);
  await expect(panel).toContainText(words.totp_on);
  await settings.confirm(panel, words.totp_remove);
  await expect(panel).toContainText(words.totp_off);
});

test("a picture is cut to a square and shown beside the name", async ({ page, chat, settings, sidebar, words }) => {
  await chat.alive();
  await settings.open();
  // One red pixel.
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
  await settings.field(words.picture_choose).setInputFiles({ name: "me.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") });
  await settings.button(words.picture_upload).click();
  await expect(page.getByText(words.saved)).toBeVisible();
  await sidebar.reveal();
  await expect(sidebar.view.locator("img.picture")).toHaveJSProperty("naturalWidth", 256);
  await page.goto("/settings");
  await settings.button(words.picture_remove).click();
  await expect(page.locator("img.picture")).toHaveCount(0);
});
