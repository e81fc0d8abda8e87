import { findings } from "../accessible.ts";
import { expect, pace, setUp, test } from "../fixtures.ts";
import { WorksPage } from "../pages/works_page.ts";
import { recording } from "../recording.ts";

test.describe("axe finds nothing serious", () => {
  test.use({ configuration: pace.made, colorScheme: "light", contextOptions: { reducedMotion: "reduce" } });
  // Each looks at many pages.
  test.slow();

  test("before one is signed in", async ({ page, server }) => {
    for (const path of ["/login", "/register", "/forgot", "/reset?token=used", "/verify?token=used", "/register?sent=1", await server.setupLink(), "/setup?token=used", "/login?problem=wrong_credentials"]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await findings(page), path).toEqual([]);
    }
  });

  test("in a new conversation, its sidebar and a page that is not there", async ({ page, chat, sidebar }) => {
    await chat.alive();
    expect(await findings(page), "new").toEqual([]);
    await sidebar.openAccountMenu();
    expect(await findings(page), "menu").toEqual([]);
    await page.goto("/nowhere");
    expect(await findings(page), "not found").toEqual([]);
  });

  test("in the settings", async ({ page, chat, settings, words }) => {
    await chat.alive();
    for (const path of ["", "/appearance", "/security", "/instructions", "/keys", "/shares", "/privacy"] as const) {
      await settings.open(path);
      expect(await findings(page), `settings${path}`).toEqual([]);
    }
    await settings.beginCodes();
    expect(await findings(page), "setting an app up").toEqual([]);
    await page.goto("/settings/confirm?next=/settings");
    await page.getByRole("heading", { name: words.confirm_title }).waitFor();
    expect(await findings(page), "confirming").toEqual([]);
  });

  test("on the pages of works, empty and with works", async ({ page, works, words }) => {
    for (const path of ["/images", "/videos", "/speech", "/library"] as const) {
      await works.open(path);
      expect(await findings(page), path).toEqual([]);
    }
    await works.open("/images");
    await works.make("a heron in the reeds");
    expect(await findings(page), "images").toEqual([]);
    await page.getByRole("button", { name: words.from_image, exact: true }).click();
    await works.upload(320, 240);
    await page.getByLabel(words.edit_what, { exact: true }).selectOption({ label: words.edit_masked });
    await page.getByRole("button", { name: words.mask_paint }).click();
    await page.locator(".mask__canvas").waitFor();
    expect(await findings(page), "mask").toEqual([]);
    await page.keyboard.press("Escape");
    // Before the page is alive the link leads to the file itself.
    await expect(async () => {
      await works.open("/library");
      await page.waitForLoadState("networkidle");
      await works.shelf.getByRole("link", { name: /a heron in the reeds/ }).click();
      await expect(works.lightbox).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 30_000 });
    expect(await findings(page), "large").toEqual([]);
  });

  test("on the pages of transcripts, of all that is kept, and of everybody's jobs", async ({ page, server, account, words }) => {
    await setUp(page, server, account);
    await page.goto("/transcripts");
    await expect(page.getByText(words.transcripts_none)).toBeVisible();
    expect(await findings(page), "no transcripts").toEqual([]);
    await page.getByLabel(words.speakers, { exact: true }).selectOption("2");
    await page.locator('input[type="file"]').setInputFiles({ name: "weekly.wav", mimeType: "audio/wav", buffer: recording(12) });
    await expect(page).toHaveURL(/\/transcripts\/[0-9a-f-]{36}/, { timeout: 30_000 });
    await expect(page.getByRole("navigation", { name: words.transcript_notes })).toBeVisible({ timeout: 40_000 });
    await page.locator(".minutes__speakers > summary").click();
    await page.locator(".minutes__rename > summary").click();
    expect(await findings(page), "a transcript").toEqual([]);
    await page.goto("/transcripts");
    await expect(page.locator(".recordings__item")).toHaveCount(1);
    expect(await findings(page), "transcripts").toEqual([]);
    const works = new WorksPage(page, words, true);
    await works.open("/library");
    await expect(works.shelf).toHaveCount(2);
    await works.shelf.first().getByRole("checkbox").check();
    expect(await findings(page), "library").toEqual([]);
    await page.getByRole("button", { name: words.delete, exact: true }).click();
    await expect(works.shelf).toHaveCount(0);
    expect(await findings(page), "deleted").toEqual([]);
    await page.goto("/library?shelf=deleted");
    await expect(page.getByRole("list", { name: words.library_trash }).getByRole("listitem")).toHaveCount(1);
    expect(await findings(page), "recently deleted").toEqual([]);
    await page.goto("/admin/jobs");
    await expect(page.locator("tbody tr")).toHaveCount(1);
    expect(await findings(page), "jobs").toEqual([]);
    await page.goto("/admin/keys");
    await expect(page.getByText(words.site_keys_none)).toBeVisible();
    expect(await findings(page), "keys").toEqual([]);
  });

  test("in a conversation with answers of every kind", async ({ page, chat, sidebar, questions, words }) => {
    await chat.alive();
    await page.getByRole("combobox", { name: words.model }).selectOption("qwq-plus");
    await chat.ask(questions.long);
    await chat.answered();
    await chat.answer.locator("summary").first().click();
    expect(await findings(page), "answer").toEqual([]);
    await chat.openMenu(chat.answer);
    expect(await findings(page), "menu of an answer").toEqual([]);
    const several = chat.menu.getByRole("link", { name: words.compare_several, exact: true });
    const compare = await several.getAttribute("href");
    await page.keyboard.press("Escape");
    await sidebar.rename();
    expect(await findings(page), "renaming").toEqual([]);
    await page.goto(compare ?? "/nowhere");
    await expect(page.getByRole("group", { name: words.compare_answers })).toBeVisible();
    expect(await findings(page), "compare").toEqual([]);
  });

  test("on the other pages of one's own", async ({ page, chat, questions, words }) => {
    await chat.ask(questions.poem);
    await chat.answered();
    const id = chat.path.replace("/c/", "");
    const paths = ["/conversations", `/conversations/${id}`, `/c/${id}/queue`, `/search?words=${encodeURIComponent(questions.poem)}`, "/parameters", "/assistants", "/assistants/new", "/prompts", "/settings/memory", "/settings/import", "/playground", "/usage", "/transcripts", "/conversations?shelf=trash"];
    for (const path of paths) {
      await page.goto(path);
      await expect(page.getByRole("main")).toBeVisible();
      expect(await findings(page), path).toEqual([]);
    }
    await page.goto("/assistants");
    await page.getByRole("main").getByRole("link").first().click();
    await expect(page.getByRole("main")).toBeVisible();
    expect(await findings(page), "an assistant").toEqual([]);
    await page.goto("/conversations");
    await page.getByRole("main").getByRole("checkbox").last().check();
    expect(await findings(page), words.conversations).toEqual([]);
  });

  test("on the pages of administration", async ({ page, server, account }) => {
    await setUp(page, server, account);
    const pages = ["", "/users", "/users/new", "/invitations", "/groups", "/groups/new", "/roles", "/roles/new", "/usage", "/budgets", "/models", "/tools", "/ratings", "/audit"];
    for (const path of pages) {
      await page.goto(`/admin${path}`);
      await expect(page.getByRole("main")).toBeVisible();
      expect(await findings(page), path).toEqual([]);
    }
    for (const list of ["/admin/users", "/admin/roles"]) {
      await page.goto(list);
      const one = await page.locator(`main a[href^="${list}/"]:not([href$="/new"])`).first().getAttribute("href");
      await page.goto(one ?? "/nowhere");
      expect(await findings(page), `one of ${list}`).toEqual([]);
    }
  });
});

test("the keyboard alone is enough", { tag: "@desktop" }, async ({ page, chat, questions, words }) => {
  await chat.alive();
  await page.reload();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: words.skip })).toBeFocused();
  await page.keyboard.press("Enter");
  // Past the sidebar, the composer is near.
  for (let presses = 0; presses < 12 && !(await chat.prompt.evaluate((field) => field === document.activeElement)); presses += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(chat.prompt).toBeFocused();
  await page.keyboard.type(questions.poem);
  await page.keyboard.press("Enter");
  await chat.answered();
});
