import { expect, test } from "../fixtures.ts";

test("personal instructions are kept, shown as they are sent, and switched off", async ({ page, chat, settings, words }) => {
  await chat.alive();
  await settings.open("/instructions");
  await expect(page.getByText(words.instructions_nothing)).toBeVisible();
  await settings.field(words.instructions_about).fill("I teach <b>poetry</b> in Hangzhou.");
  await settings.button(words.save).click();
  await expect(page.getByText(words.saved)).toBeVisible();
  await settings.open("/instructions");
  await expect(settings.field(words.instructions_about)).toHaveValue("I teach <b>poetry</b> in Hangzhou.");
  await expect(page.locator(".sent-preview")).toContainText("I teach <b>poetry</b> in Hangzhou.");

  await settings.field(words.instructions_on).uncheck();
  await settings.button(words.save).click();
  await expect(page.getByText(words.saved)).toBeVisible();
  await settings.open("/instructions");
  await expect(settings.field(words.instructions_on)).not.toBeChecked();
  await expect(page.getByText(words.instructions_nothing)).toBeVisible();
  await expect(settings.field(words.instructions_about), "off is not forgotten").toHaveValue("I teach <b>poetry</b> in Hangzhou.");
});
