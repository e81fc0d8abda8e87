import { expect, test } from "../fixtures.ts";
import { fill } from "../pages/words.ts";

test("the preview and the counter follow what is typed", async ({ page, chat, settings, words }) => {
  await chat.alive();
  await settings.open("/instructions");
  const about = settings.field(words.instructions_about);
  await about.fill("春眠不觉晓");
  await expect(page.getByText(fill(words.instructions_count, { count: 5, most: 2000 }))).toBeVisible();
  await expect(page.locator(".sent-preview")).toContainText("春眠不觉晓");
  await about.fill("字".repeat(2001));
  await settings.button(words.save).click();
  await expect(page.getByRole("alert").filter({ hasText: words.error_invalid_instructions })).toBeVisible();
  await expect(about, "what was typed stays").toHaveValue("字".repeat(2001));
});
