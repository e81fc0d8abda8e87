import { expect, setUp, test as base } from "../fixtures.ts";
import { Admin } from "../pages/admin.ts";
import { ChatPage } from "../pages/chat_page.ts";
import { ToolServer } from "../tool_server.ts";

const TOKEN = "a-token-of-the-shop";

/** The owner of the site, signed in, and a server of tools. */
const test = base.extend<{ admin: Admin; shop: ToolServer }>({
  admin: async ({ page, server, account, words, javaScriptEnabled }, use) => {
    await setUp(page, server, account);
    await use(new Admin(page, words, javaScriptEnabled !== false));
  },
  shop: async ({}, use) => {
    const shop = await ToolServer.start(TOKEN);
    await use(shop);
    shop.stop();
  },
});

test("a server of tools is added, put right, and its tool used after a click", async ({ page, admin, shop, words, javaScriptEnabled }) => {
  await admin.open("/tools");
  await expect(page.getByText(words.tool_servers_none)).toBeVisible();
  await admin.field("server[name]").fill("shop");
  await admin.field("server[address]").fill(shop.address);
  await admin.button(words.tool_server_add).click();
  const panel = admin.panel("shop");
  await expect(panel.getByText(words.error_tool_server_refused), "it wants a token").toBeVisible();

  await admin.open("/tools");
  await panel.locator("summary", { hasText: words.tool_server_change }).click();
  await panel.locator('[name="server[token]"]').fill(TOKEN);
  await panel.locator(".confirm").getByRole("button", { name: words.save, exact: true }).click();
  const tool = panel.locator("details.tool");
  await expect(tool.locator("summary")).toContainText("shop__count");
  await expect(page.locator("body"), "the token is not shown again").not.toContainText(TOKEN);

  await admin.open("/tools");
  await tool.locator("summary").click();
  await expect(tool.getByText("Counts <b>things</b>")).toBeVisible();
  await expect(tool.getByLabel(words.server_tool_asks_first)).toBeChecked();
  await tool.getByLabel(words.server_tool_on).check();
  await tool.getByRole("button", { name: words.save, exact: true }).click();
  await expect(tool.locator("summary")).toContainText(words.server_tool_on);

  // It is there for all who may use tools, unless roles are named.
  const form = page.getByRole("region", { name: words.tools, exact: true });
  const forGuests = async (alone: boolean) => {
    await admin.open("/tools");
    await tool.locator("summary").click();
    await tool.getByLabel(words.role_guest, { exact: true }).setChecked(alone);
    const kept = page.waitForResponse(/tool_servers\.set_tool/);
    await tool.getByRole("button", { name: words.save, exact: true }).click();
    await kept;
    await page.goto("/parameters");
    await expect(form.getByLabel(words.tool_calculate)).toBeVisible();
  };
  await forGuests(true);
  await expect(form.getByLabel("shop__count")).toHaveCount(0);
  await forGuests(false);
  await form.getByLabel("shop__count").check();
  await form.getByRole("button", { name: words.tools_save }).click();
  await expect(page.getByText(words.saved).first()).toBeVisible();

  await page.goto("/");
  const chat = new ChatPage(page, words, javaScriptEnabled !== false);
  await chat.ask('call shop__count with {"what":"tea"}');
  const allow = page.getByRole("button", { name: words.tool_allow, exact: true });
  await expect(async () => {
    if (!(await allow.isVisible())) await page.reload();
    await expect(allow).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await allow.click();
  const card = chat.answer.locator('details[data-tool="shop__count"]');
  await expect(card.locator("summary")).toContainText(words.tool_done);
  await card.locator("summary").click();
  await expect(card.getByText("There are three of tea. <img src=x onerror=alert(1)>")).toBeVisible();

  await admin.open("/tools");
  await admin.confirm(words.remove);
  await expect(page.getByText(words.tool_servers_none)).toBeVisible();
});
