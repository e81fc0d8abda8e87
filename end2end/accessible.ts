import { AxeBuilder } from "@axe-core/playwright";
import { type Page, test } from "@playwright/test";

/** What is no failure of WCAG's or not settled yet, and still counts however little axe makes of it. */
const also = ["aria-allowed-role", "heading-order", "label-content-name-mismatch"];
const alsoEnabled = Object.fromEntries(also.map((rule) => [rule, { enabled: true }]));

/**
 * What axe finds serious or critical, in a form that a failure shows well. Colours are all that a theme changes, and a phone has
 * the desktop's. What a finger can't meet (WCAG 2.5.8) and what an eye can't read is looked for on the phone.
 */
export async function findings(page: Page): Promise<string[]> {
  const phone = test.info().project.name === "phone";
  // Without movement nothing is measured half-faded.
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  if (phone) {
    const rules = { ...alsoEnabled, "color-contrast": { enabled: false }, "target-size": { enabled: true } };
    return [...(await seriousIn(page, (axe) => axe.options({ resultTypes: ["violations"], rules }))), ...(await tiny(page))];
  }
  const found = await seriousIn(page, (axe) => axe.options({ resultTypes: ["violations"], rules: alsoEnabled }));
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await seriousIn(page, (axe) => axe.withRules("color-contrast"));
  await page.emulateMedia({ colorScheme: "light" });
  return [...found, ...dark.map((finding) => `dark: ${finding}`)];
}

async function seriousIn(page: Page, what: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> {
  // Nothing that is looked at has a page of another origin in it, so the results need no page of their own to be put together in.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  const { violations } = await what(axe).analyze();
  return violations
    .filter(({ id, impact }) => also.includes(id) || impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ""}`));
}

/** Texts of the page that are smaller than 12 px, but for formulas, whose parts have sizes of their own. */
async function tiny(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const exempt = "math, svg, script, style, noscript, [aria-hidden=true], .visually-hidden";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || !node.textContent?.trim() || parent.closest(exempt)) continue;
      const size = Number.parseFloat(getComputedStyle(parent).fontSize);
      if (size < 12 && parent.checkVisibility()) found.push(`${size} px: ${parent.outerHTML.slice(0, 120)}`);
    }
    return found;
  });
}
