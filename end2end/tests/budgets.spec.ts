import { expect, setUp, test as base } from "../fixtures.ts";
import { Admin } from "../pages/admin.ts";

/** The owner of the site, signed in, before the pages of administration. */
const test = base.extend<{ admin: Admin }>({
  admin: async ({ page, server, account, words, javaScriptEnabled }, use) => {
    await setUp(page, server, account);
    await use(new Admin(page, words, javaScriptEnabled !== false));
  },
});

test("a budget of the site is set, replaced and removed", async ({ page, admin, words }) => {
  await admin.open("/budgets");
  await expect(page.getByText(words.budgets_none)).toBeVisible();
  const line = admin.row(words.budget_site);

  await admin.field("budget[amount]").fill("12.500001");
  await admin.button(words.budget_set).click();
  await expect(line).toContainText("¥12.500001");
  await expect(line).toContainText(words.budget_period_month);

  await admin.open("/budgets");
  await admin.field("budget[amount]").fill("20");
  await admin.button(words.budget_set).click();
  await expect(line).toContainText("¥20.00");
  await expect(line).toHaveCount(1);

  await admin.open("/budgets");
  await admin.confirm(words.remove);
  await expect(page.getByText(words.budgets_none)).toBeVisible();

  await admin.open("/audit?action=budget.");
  await expect(admin.row(words.action_budget_set)).toHaveCount(2);
  await expect(admin.row(words.action_budget_delete)).toHaveCount(1);
});

test("a budget of a person is set by their address", async ({ page, admin, words, account }) => {
  await admin.open("/budgets");
  const address = admin.field("budget[email]");
  await expect(address, "asked for only where it matters").toBeHidden();
  await admin.field("budget[whom]").selectOption("user");
  await address.fill("nobody@example.com");
  await admin.field("budget[period]").selectOption("day");
  await admin.field("budget[amount]").fill("1");
  await admin.button(words.budget_set).click();
  await expect(page.getByText(words.error_no_such_person)).toBeVisible();

  await admin.open("/budgets");
  await admin.field("budget[whom]").selectOption("user");
  await address.fill(account.email);
  await admin.field("budget[period]").selectOption("day");
  await admin.field("budget[amount]").fill("1");
  await admin.button(words.budget_set).click();
  const line = admin.row(words.budget_period_day);
  await expect(line).toContainText("¥1.00");
  await line.getByRole("link", { name: account.name }).click();
  await expect(admin.heading(account.name)).toBeVisible();
});

test("a budget of a group is set by choosing it", async ({ admin, words }) => {
  await admin.createGroup("Reading room");
  await admin.open("/budgets");
  await admin.field("budget[whom]").selectOption("group");
  await admin.field("budget[group]").selectOption({ label: "Reading room" });
  await admin.field("budget[period]").selectOption("total");
  await admin.field("budget[amount]").fill("300");
  await admin.button(words.budget_set).click();
  const line = admin.row("Reading room");
  await expect(line).toContainText("¥300.00");
  await expect(line).toContainText(words.budget_period_total);
});

test("what is no amount is refused", { tag: "@plain" }, async ({ page, admin, words }) => {
  for (const amount of ["1.0000001", "-1", "1e3"]) {
    await admin.open("/budgets");
    await admin.field("budget[amount]").fill(amount);
    await admin.button(words.budget_set).click();
    await expect(page.getByText(words.error_invalid_number), amount).toBeVisible();
    await expect(page.locator("tbody tr")).toHaveCount(0);
  }
});

test("a model name leads to models in their order", async ({ page, admin, words }) => {
  await admin.open("/models");
  await expect(page.getByText(words.model_names_none)).toBeVisible();
  const name = page.getByLabel(words.model_name, { exact: true });
  const models = admin.field("models");

  await name.fill("gpt-4o-mini");
  await models.fill("qwen-plus\nno-such-model");
  await admin.button(words.model_name_set).click();
  await expect(page.getByText(words.error_unknown_model)).toBeVisible();

  await admin.open("/models");
  await name.fill("two words");
  await models.fill("qwen-plus");
  await admin.button(words.model_name_set).click();
  await expect(page.getByText(words.error_invalid_model_name)).toBeVisible();

  await admin.open("/models");
  await name.fill("gpt-4o-mini");
  await models.fill("qwen-max\nqwen-plus");
  await admin.button(words.model_name_set).click();
  const line = admin.row("gpt-4o-mini");
  await expect(line.locator("li")).toHaveText(["qwen-max", "qwen-plus"]);

  // One that is there is changed where that is asked for, and overwritten by no new one.
  await admin.open("/models");
  await name.fill("gpt-4o-mini");
  await models.fill("qwen-plus");
  await admin.button(words.model_name_set).click();
  await expect(page.getByText(words.error_name_taken)).toBeVisible();
  await admin.open("/models");
  await line.getByRole("link", { name: `${words.model_name_change}: gpt-4o-mini` }).click();
  await expect(models).toHaveValue("qwen-max\nqwen-plus");
  await models.fill("qwen-plus\nqwen-max");
  await admin.button(words.model_name_set).click();
  await expect(line.locator("li")).toHaveText(["qwen-plus", "qwen-max"]);

  await admin.open("/audit?action=model_route.set");
  await expect(admin.row(words.action_model_route_set).first()).toContainText("gpt-4o-mini");

  await admin.open("/models");
  await admin.confirm(words.remove);
  await expect(page.getByText(words.model_names_none)).toBeVisible();
});
