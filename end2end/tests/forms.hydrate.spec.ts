import { expect, somebody, test } from "../fixtures.ts";
import { AccountForm } from "../pages/forms.ts";

test("a refused sign-in keeps what was typed", async ({ page, account, words }) => {
  await page.goto("/login");
  const form = new AccountForm(page, words);
  await form.email.fill(account.email);
  await form.password.fill("not-the-password");
  await form.signIn();
  await expect(form.problem).toHaveText(words.error_wrong_credentials);
  await expect(form.email).toHaveValue(account.email);
  await expect(form.password).toHaveValue("not-the-password");
  await expect(page).toHaveURL(/\/login$/);
});

test("a refused registration says which field is wrong and keeps the others", async ({ page, words }) => {
  const { name, email } = somebody();
  await page.goto("/register");
  const form = new AccountForm(page, words);
  await form.name.fill(name);
  await form.email.fill(email);
  for (const [password, problem] of [
    ["short", words.error_password_too_short],
    ["password123", words.error_password_too_common],
  ] as const) {
    await form.password.fill(password);
    await form.register();
    await expect(form.problem).toHaveText(problem);
    await expect(form.password).toHaveAccessibleDescription(`${words.password_hint} ${problem}`);
    await expect(form.name).toHaveValue(name);
    await expect(form.email).toHaveValue(email);
  }
  await form.password.fill("ink-brush-mountain-42");
  await form.register();
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
});

test("Enter in a field sends the form", { tag: "@desktop" }, async ({ page, words }) => {
  const { name, email } = somebody();
  await page.goto("/register");
  const form = new AccountForm(page, words);
  await form.name.fill(name);
  await form.email.fill(email);
  await form.password.fill("ink-brush-mountain-42");
  await form.password.press("Enter");
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
});
