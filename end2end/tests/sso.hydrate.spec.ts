import { expect, pace, type Page, register, test as base } from "../fixtures.ts";
import { OidcProvider } from "../oidc_provider.ts";
import { fill } from "../pages/words.ts";

const label = "Corp";

/** Servers that offer a real OpenID provider, `corp`, for addresses of example.com. */
const test = base.extend<{ provider: OidcProvider }>({
  provider: async ({}, use) => {
    const provider = await OidcProvider.start();
    await use(provider);
    await provider.stop();
  },
  configuration: async ({ provider }, use) =>
    use({
      ...pace.atOnce,
      ...provider.configuration("corp", label),
      LIANTAI__SSO__CORP__ALLOWED_DOMAINS: '["example.com"]',
    }),
});

/** Says at the provider who one is. */
async function beAt(provider: OidcProvider, page: Page, email: string): Promise<void> {
  await expect(page).toHaveURL(new RegExp(`^${provider.issuer}/interaction/`));
  await page.getByLabel("Address").fill(email);
  await page.getByRole("button", { name: "Go on" }).click();
}

test("signing in at a provider makes an account, and the next time finds it", async ({ page, provider, server, words, sidebar }) => {
  const button = page.getByRole("link", { name: fill(words.sign_in_with, { provider: label }) });
  await page.goto("/login");
  await button.click();
  await beAt(provider, page, "daiyu@example.com");
  await expect(page).toHaveURL(`${server.url}/`);
  await expect(page.getByRole("heading", { name: words.greeting })).toBeVisible();
  await sidebar.openAccountMenu();
  await expect(page.getByText("daiyu@example.com")).toBeVisible();
  await page.getByRole("button", { name: words.sign_out }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto("/login");
  // The provider remembers them.
  await button.click();
  await expect(page).toHaveURL(`${server.url}/`);
  await sidebar.openAccountMenu();
  await expect(page.getByText("daiyu@example.com")).toBeVisible();
});

test("an account that exists is linked from its settings, and then signs in", async ({ page, provider, server, account, words, sidebar }) => {
  await register(page, account);
  await page.goto("/settings/security");
  await page.getByRole("button", { name: fill(words.link_with, { provider: label }) }).click();
  await beAt(provider, page, account.email);
  await expect(page).toHaveURL(`${server.url}/settings/security`);
  await expect(page.getByText(words.unlink, { exact: true }).first()).toBeVisible();

  await page.goto("/");
  await sidebar.signOut();
  await page.goto("/login");
  await page.getByRole("link", { name: fill(words.sign_in_with, { provider: label }) }).click();
  await expect(page).toHaveURL(`${server.url}/`);
  await sidebar.openAccountMenu();
  await expect(page.getByText(account.email)).toBeVisible();
});

test("an address that has an account does not open it", async ({ page, provider, account, words, sidebar }) => {
  await register(page, account);
  await sidebar.signOut();
  await page.goto("/login");
  await page.getByRole("link", { name: fill(words.sign_in_with, { provider: label }) }).click();
  await beAt(provider, page, account.email);
  await expect(page).toHaveURL(/\/login\?problem=no_such_account/);
  await expect(page.getByText(words.error_no_such_account)).toBeVisible();
});

test("addresses of other domains are refused", async ({ page, provider, words }) => {
  await page.goto("/login");
  await page.getByRole("link", { name: fill(words.sign_in_with, { provider: label }) }).click();
  await beAt(provider, page, "mallory@evil.example");
  await expect(page).toHaveURL(/\/login\?problem=email_domain_refused/);
  await expect(page.getByText(words.error_email_domain_refused)).toBeVisible();
});
