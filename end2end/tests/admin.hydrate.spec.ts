import { expect, setUp, somebody, test as base } from "../fixtures.ts";
import { Admin } from "../pages/admin.ts";

const test = base.extend<{ admin: Admin }>({
  admin: async ({ page, server, account, words }, use) => {
    await setUp(page, server, account);
    await use(new Admin(page, words, true));
  },
});

test("what was typed stays when it is refused", { tag: "@desktop" }, async ({ page, admin, words, account }) => {
  await admin.open("/users/new");
  await admin.field("person[name]").fill("Jost Juniper");
  await admin.field("person[email]").fill(account.email);
  await page.getByLabel(words.role_auditor).check();
  await admin.button(words.person_create).click();
  await expect(page.getByText(words.error_email_taken)).toBeVisible();
  await expect(admin.field("person[name]")).toHaveValue("Jost Juniper");
  await expect(page.getByLabel(words.role_auditor)).toBeChecked();
});

test("the pages of administration are led through without loading anew", { tag: "@desktop" }, async ({ page, admin, words }) => {
  await admin.open("/users");
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  const area = page.getByRole("navigation", { name: words.administration });
  for (const name of [words.invitations, words.groups, words.roles, words.settings_keys, words.usage, words.budgets, words.model_names, words.audit, words.people]) {
    await area.getByRole("link", { name, exact: true }).click();
    await expect(admin.heading(name)).toBeVisible();
    await expect(area.getByRole("link", { name, exact: true })).toHaveAttribute("aria-current", "page");
  }
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
});

test("an act shows at once what came of it", { tag: "@desktop" }, async ({ page, admin, words }) => {
  const karl = somebody("Karl Kale");
  await admin.createPerson(karl.name, karl.email);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  await admin.confirm(words.act_disable);
  await expect(page.getByText(words.state_disabled)).toBeVisible();
  await expect(page.locator("summary", { hasText: words.act_enable })).toBeVisible();
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
});

test("no page of administration is wider than the screen", { tag: "@phone" }, async ({ page, admin }) => {
  await admin.createRole("Keeper of very many keys and other things", 30, ["chat.use"]);
  await admin.createGroup("A group with a name that is rather long for a phone");
  for (const path of ["/users", "/users/new", "/invitations", "/groups", "/groups/new", "/roles", "/roles/new", "/keys", "/usage", "/budgets", "/models", "/audit"]) {
    await admin.open(path);
    const overflow = await page.evaluate(() => {
      const root = document.documentElement;
      const column = document.querySelector(".area__page");
      return Math.max(root.scrollWidth - root.clientWidth, column ? column.scrollWidth - column.clientWidth : 0);
    });
    expect(overflow, path).toBeLessThanOrEqual(0);
  }
});
