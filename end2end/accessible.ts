import { AxeBuilder } from "@axe-core/playwright";
import { type Page, test } from "@playwright/test";

/**
 * What axe finds serious or critical, in a form that a failure shows well. Colours are all that a theme changes, and a phone has
 * the desktop's.
 */
export async function findings(page: Page): Promise<string[]> {
  const phone = test.info().project.name === "phone";
  // Without movement nothing is measured half-faded.
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const found = await seriousIn(page, (axe) => (phone ? axe.disableRules("color-contrast") : axe));
  if (phone) return found;
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await seriousIn(page, (axe) => axe.withRules("color-contrast"));
  await page.emulateMedia({ colorScheme: "light" });
  return [...found, ...dark.map((finding) => `dark: ${finding}`)];
}

async function seriousIn(page: Page, what: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
  const { violations } = await what(axe).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`));
}
