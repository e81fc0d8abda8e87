import type { Page } from "@playwright/test";

/** Sends a first message through the composer's form and returns the new conversation's id. */
export async function ask(page: Page, text: string): Promise<string> {
  // Until the page is alive: what is typed into it before may be overwritten when it wakes.
  await page.goto("/", { waitUntil: "networkidle" });
  const composer = page.locator("form.composer");
  await composer.locator("textarea").fill(text);
  await composer.locator(".composer__send").click();
  await page.waitForURL(/\/c\/[0-9a-f-]+/);
  return /\/c\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
}

/** Waits until the page shows a whole answer: nothing in it has changed for two seconds. */
export async function answered(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const quiet = () => setTimeout(resolve, 2_000);
        let timer = quiet();
        new MutationObserver(() => {
          clearTimeout(timer);
          timer = quiet();
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
}
