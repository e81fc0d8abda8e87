import { enter, expect, fillIn, type Page, setUp, signIn, somebody, test as base, type Account } from "../fixtures.ts";
import { Admin } from "../pages/admin.ts";
import { fill } from "../pages/words.ts";

/** The owner of the site, signed in, before the pages of administration. */
const test = base.extend<{ admin: Admin }>({
  admin: async ({ page, server, account, words, javaScriptEnabled }, use) => {
    await setUp(page, server, account);
    await use(new Admin(page, words, javaScriptEnabled !== false));
  },
});

/** Somebody else in a browser of their own. */
async function newcomer(page: Page, origin: string, account: Account): Promise<Page> {
  const browser = page.context().browser();
  if (!browser) throw new Error("no browser");
  const context = await browser.newContext({ baseURL: origin });
  const other = await context.newPage();
  await enter(other, account);
  return other;
}

test("an administrator makes a role, a group and an account, and the audit log tells of it", async ({ page, admin, words, account }) => {
  await page.goto("/admin");
  await expect(page).toHaveURL(/\/admin\/users$/);
  await expect(admin.row(account.email)).toContainText(words.role_owner);

  await admin.createRole("Librarian", 30, ["chat.use", "users.read"]);
  await admin.createGroup("Reading room", "Librarian");
  const baoyu = somebody("宝玉");
  await admin.createPerson(baoyu.name, baoyu.email);

  const groups = admin.panel(words.groups);
  await groups.getByLabel("Reading room").check();
  await groups.getByRole("button", { name: words.save }).click();
  await expect(page.locator("dd", { hasText: words.permission_users_read })).toBeVisible();

  const roles = admin.panel(words.roles);
  await roles.getByLabel(words.role_auditor).check();
  await roles.getByRole("button", { name: words.save }).click();
  await expect(page.locator("dd", { hasText: words.permission_audit_read })).toBeVisible();

  await admin.open("/audit?person=somebody");
  await expect(page.getByText(words.audit_none)).toBeVisible();
  await expect(page.getByText(words.audit_person_wrong)).toBeVisible();
  await expect(admin.field("person").first()).toHaveValue("somebody");

  await admin.open("/audit");
  for (const action of [words.action_role_create, words.action_group_create, words.action_user_role_grant]) {
    await expect(admin.row(action).first()).toBeVisible();
  }
  const line = admin.row(words.action_group_create).first();
  await line.locator("summary").click();
  await expect(line.locator("details")).toContainText("group.create");
  await line.locator('a[href^="/admin/groups/"]').click();
  await expect(admin.heading("Reading room")).toBeVisible();

  await admin.ready();
  const shares = admin.field("group[shares_answers]");
  await expect(shares).not.toBeChecked();
  await shares.check();
  const kept = page.waitForResponse(/\/fn\/groups\.update/);
  await admin.button(words.save).click();
  await kept;
  await admin.open(new URL(page.url()).pathname.replace("/admin", ""));
  await expect(shares).toBeChecked();
});

test("who is disabled is signed out in their own browser, and can't sign in until enabled again", async ({ page, admin, words, server }) => {
  const baochai = somebody("宝钗");
  const other = await newcomer(page, server.origin, baochai);
  await admin.openPerson(baochai.name);
  await admin.confirm(words.act_disable);
  await expect(page.getByText(words.state_disabled)).toBeVisible();

  await other.goto("/");
  await expect(other).toHaveURL(/\/login/);
  await other.goto("/login");
  await fillIn(other, baochai);
  await expect(other.getByRole("alert")).toBeVisible();
  await expect(other).toHaveURL(/\/login/);

  await admin.confirm(words.act_enable);
  await expect(page.getByText(words.state_active)).toBeVisible();
  await signIn(other, baochai);
  await admin.open("/audit?action=user.disable");
  await expect(admin.row(words.action_user_disable)).toHaveCount(1);
  await other.context().close();
});

test("somebody's API key is found from their page, by how it begins, and revoked at once", async ({ page, admin, words, server, request }) => {
  const xiren = somebody("袭人");
  const other = await newcomer(page, server.origin, xiren);
  await other.goto("/settings/keys");
  // What is loaded twice would be typed into twice.
  await other.waitForLoadState("networkidle");
  const form = other.locator('form[action="/fn/keys.create"]');
  await form.locator('[name="key[name]"]').fill("Night loom");
  await form.locator("button:not([type=button])").click();
  const secret = other.locator(".secret__text");
  await expect(secret).toHaveText(/^lt-/);
  const key = await secret.innerText();
  await other.context().close();
  const ask = () =>
    request.post(`${server.origin}/v1/chat/completions`, {
      headers: { Authorization: `Bearer ${key}` },
      data: { model: "qwen-plus", messages: [{ role: "user", content: words.snippets_hello }] },
    });
  expect((await ask()).status()).toBe(200);

  await admin.openPerson(xiren.name);
  await page.locator('a[href^="/admin/keys?person="]').click();
  await expect(admin.heading(words.settings_keys)).toBeVisible();
  await expect(admin.row("Night loom")).toContainText(words.key_state_active);
  await expect(page.locator("body")).not.toContainText(key);
  await expect(page.getByRole("link", { name: `${words.usage}: Night loom, ${xiren.name}` })).toHaveAttribute("href", /^\/admin\/usage\?key=/);

  await admin.open("/keys");
  // Of a whole key, scripts leave how it begins; without them the browser refuses to send it. No address holds it either way.
  const sought = page.getByLabel(words.site_keys_search);
  await sought.fill(key);
  if (admin.live) {
    await expect(sought).toHaveValue(key.slice(0, 7));
  } else {
    await expect(page.locator("input[name=search]:invalid")).toHaveAttribute("title", words.site_keys_search_hint);
    await admin.button(words.search).click();
    await expect(sought).toBeFocused();
    await expect(page).toHaveURL(/\/admin\/keys$/);
    await sought.fill(key.slice(0, 7));
  }
  await admin.button(words.search).click();
  await page.waitForURL(/search=/);
  expect(page.url()).toContain(`search=${key.slice(0, 7)}&`);
  await admin.ready();
  await expect(admin.row(xiren.email)).toContainText("Night loom");
  await page.locator("select[name=state]").selectOption("expired");
  await admin.button(words.search).click();
  await expect(page.getByText(words.site_keys_none_fit)).toBeVisible();
  await page.getByRole("link", { name: words.filter_clear }).click();
  await expect(admin.row("Night loom")).toBeVisible();
  await admin.ready();
  await admin.confirm(words.site_keys_revoke);
  await expect(page.getByText(words.site_keys_none)).toBeVisible();
  await expect(async () => expect((await ask()).status()).toBe(401)).toPass();

  await admin.open("/audit?action=api_key.revoke");
  const line = admin.row(words.action_api_key_revoke);
  await expect(line).toHaveCount(1);
  await line.locator("summary").click();
  await expect(line.locator("details")).toContainText("Night loom");
});

test("for a member there is no administration", { tag: "@plain" }, async ({ page, chat, sidebar, words }) => {
  await chat.alive();
  await sidebar.openAccountMenu();
  await expect(page.getByRole("link", { name: words.administration, exact: true })).toHaveCount(0);
  for (const path of ["", "/users", "/users/new", "/invitations", "/groups", "/roles", "/roles/new", "/keys", "/usage", "/budgets", "/models", "/audit"]) {
    const answer = await page.goto(`/admin${path}`);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { name: words.not_found_title })).toBeVisible();
    await expect(page.locator("table")).toHaveCount(0);
  }
});

test("people are found by a word and by role, and many are disabled and deleted at once, each judged by themselves", async ({ page, admin, words, account }) => {
  const made = ["Anna Ash", "Boris Birch"] as const;
  for (const name of made) await admin.createPerson(name, somebody(name).email);
  await admin.search("birch");
  await expect(admin.row("Boris Birch")).toBeVisible();
  await expect(admin.row("Anna Ash")).toHaveCount(0);

  await admin.open("/users");
  await page.locator("select[name=role]").selectOption({ label: words.role_owner });
  await admin.button(words.search).click();
  await page.waitForURL(/role=/);
  await expect(admin.row(account.email)).toBeVisible();
  await expect(admin.row("Anna Ash")).toHaveCount(0);

  await page.getByRole("link", { name: words.filter_clear }).first().click();
  await expect(admin.row("Anna Ash")).toBeVisible();
  await admin.search("nobody of this name");
  await expect(page.getByText(words.people_none)).toBeVisible();

  await admin.open("/users");
  for (const name of [...made, account.name]) await admin.choose(name);
  await admin.confirm(words.bulk, words.bulk_apply, async (question) => {
    await question.locator("select[name=act]").selectOption("disable");
  });
  const told = page.getByRole("status").filter({ hasText: fill(words.outcome_done, { count: 2 }) });
  await expect(told).toBeVisible();
  await expect(told, "nobody disables themselves").toContainText(account.name);
  await expect(admin.row("Anna Ash")).toContainText(words.state_disabled);
  await expect(admin.row(account.email)).toContainText(words.state_active);

  // Deleting many needs their number.
  const remove = async (number: string) => {
    await admin.open("/users");
    for (const name of made) await admin.choose(name);
    await admin.confirm(words.bulk, words.bulk_apply, async (question) => {
      await question.locator("select[name=act]").selectOption("delete");
      await question.locator("input[name=confirm]").fill(number);
    });
  };
  await remove("3");
  await expect(page.getByText(words.error_not_confirmed)).toBeVisible();
  await remove("2");
  await expect(page.getByText(fill(words.outcome_done, { count: 2 }))).toBeVisible();
  await expect(admin.row("Anna Ash")).toHaveCount(0);
});

test("an account is deleted by typing its address", async ({ page, admin, words }) => {
  const hedwig = somebody("Hedwig Hazel");
  await admin.createPerson(hedwig.name, hedwig.email);
  await admin.confirm(words.person_delete, words.act_delete, (question) =>
    question.locator("input[name=typed_email]").fill("somebody@else.example"),
  );
  await expect(page.getByText(words.error_not_confirmed)).toBeVisible();
  await admin.openPerson(hedwig.name);
  await admin.confirm(words.person_delete, words.act_delete, (question) =>
    question.locator("input[name=typed_email]").fill(hedwig.email),
  );
  await expect(page).toHaveURL(/\/admin\/users/);
  await expect(admin.row(hedwig.email)).toHaveCount(0);
});

test("an invitation's link is shown once and lets somebody in; a revoked one does not", async ({ page, admin, words }) => {
  await admin.open("/invitations");
  await admin.button(words.invitation_make).click();
  const link = await page.locator(".secret__text").innerText();
  await expect(admin.row(words.invitation_anyone)).toHaveCount(1);
  await admin.open("/invitations");
  await expect(page.locator(".secret__text")).toHaveCount(0);

  const browser = page.context().browser();
  if (!browser) throw new Error("no browser");
  const context = await browser.newContext();
  const guest = await context.newPage();
  await guest.goto(link);
  await fillIn(guest, somebody("迎春"));
  await expect(guest).not.toHaveURL(/\/register/);
  await context.close();

  await admin.open("/invitations");
  await expect(page.getByText(words.invitations_none)).toBeVisible();
  await admin.button(words.invitation_make).click();
  await page.locator(".secret__text").waitFor();
  await admin.ready();
  await admin.confirm(words.invitation_revoke);
  await expect(page.getByText(words.invitations_none)).toBeVisible();
});

test("members are found, taken in and taken out", async ({ page, admin, words }) => {
  const ivo = somebody("Ivo Ivy");
  await admin.createPerson(ivo.name, ivo.email);
  await admin.createGroup("Gardeners");
  await expect(page.getByText(words.group_members_none)).toBeVisible();
  await page.getByLabel(words.group_find).fill("ivy");
  await admin.button(words.search).click();
  await page.waitForURL(/find=/);
  await admin.ready();
  await page.getByLabel(ivo.email).check();
  await admin.button(words.group_add).click();
  await expect(page.getByText(fill(words.outcome_done, { count: 1 }))).toBeVisible();
  // The same name stood among those to add until the lists were loaded anew.
  await expect(page.getByText(words.group_find_none)).toBeVisible();
  await admin.button(words.group_remove).click();
  await expect(page.getByText(words.outcome_nobody)).toBeVisible();
  await page.getByLabel(ivo.email).check();
  await admin.button(words.group_remove).click();
  await expect(page.getByText(words.group_members_none)).toBeVisible();
});

test("of a built-in role only the second factor can be changed", async ({ page, admin, words }) => {
  await admin.open("/roles");
  await page.getByRole("link", { name: words.role_guest, exact: true }).click();
  await expect(admin.heading(words.role_guest)).toBeVisible();
  await admin.ready();
  await expect(page.getByText(words.role_built_in_note)).toBeVisible();
  await expect(admin.field("role[name]")).toHaveCount(0);
  await page.getByLabel(words.role_requires_factor).check();
  await admin.button(words.save).click();
  // Whoever leaves at once may be gone before it is sent.
  await expect(page.getByText(words.act_done, { exact: true }).first()).toBeVisible();
  await admin.open("/roles");
  await expect(admin.row(words.role_guest_for)).toContainText(words.role_requires_factor);
});

test("the audit log is exported as it is filtered", async ({ page, admin, words }) => {
  await admin.createGroup("Scribes");
  await admin.open("/audit?action=group.create");
  const [file] = await Promise.all([page.waitForEvent("download"), admin.button(words.audit_export).click()]);
  expect(file.suggestedFilename()).toMatch(/\.csv$/);
  const stream = await file.createReadStream();
  let text = "";
  for await (const piece of stream) text += String(piece);
  expect(text).toContain('"group.create"');
  expect(text).not.toContain('"session.begin"');
});

test("a name of hostile text is shown and not run", async ({ page, admin }) => {
  const name = '<img src=x onerror="document.title=1">';
  await admin.createPerson(name, somebody(name).email);
  await admin.open("/users");
  await expect(admin.row(name)).toBeVisible();
  await expect(page.locator("td img")).toHaveCount(0);
});
