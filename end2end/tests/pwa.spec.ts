import { expect, fillIn, test } from "../fixtures.ts";

/** What of a manifest is looked at here. */
interface Manifest {
  id: string;
  name: string;
  start_url: string;
  display: string;
  icons: { src: string; sizes: string; type: string; purpose: string }[];
  shortcuts: { name: string; url: string }[];
  share_target: { action: string; method: string; params: Record<string, string> };
}

test("the site can be installed, under its name in the reader's language", async ({ page, words }) => {
  await page.goto("/login");
  const address = (await page.locator('link[rel="manifest"]').getAttribute("href")) ?? "";
  const reply = await page.request.get(address);
  expect(reply.headers()["content-type"]).toContain("application/manifest+json");
  const manifest = (await reply.json()) as Manifest;
  expect(manifest.name).toBe(words.product);
  expect([manifest.id, manifest.start_url, manifest.display]).toEqual(["/", "/", "standalone"]);
  expect(manifest.shortcuts.map(({ name }) => name)).toEqual([words.new_chat, words.search, words.images, words.transcripts]);
  for (const { url } of manifest.shortcuts) expect((await page.request.get(url, { maxRedirects: 0 })).status(), url).toBeLessThan(400);

  const kinds = manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`);
  for (const needed of ["192x192 any", "512x512 any", "512x512 maskable"]) expect(kinds).toContain(needed);
  for (const { src, sizes, type } of manifest.icons) {
    const icon = await page.request.get(src);
    expect(icon.headers()["content-type"], src).toBe(type);
    // A PNG says its width and height at a fixed place.
    if (type === "image/png") {
      const bytes = await icon.body();
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, src).toBe(sizes);
    }
  }
});

test("what another app hands over stands in the composer, and nothing is sent", async ({ page, chat }) => {
  await chat.alive();
  const handed = new URLSearchParams({ share_title: "春晓", share_text: "春眠 & <b>不觉晓</b>", share_url: "https://example.com/a?b=c" });
  const expected = "春晓\n春眠 & <b>不觉晓</b>\nhttps://example.com/a?b=c";
  await page.goto(`/?${handed}`);
  await expect(chat.prompt).toHaveValue(expected);
  await expect(chat.questions).toHaveCount(0);
  expect(new URL(page.url()).pathname).toBe("/");
});

test("what another app hands over is not lost when one has to sign in first", { tag: "@desktop" }, async ({ page, chat, account }) => {
  await chat.alive();
  await page.context().clearCookies();
  await page.goto("/?share_title=first&share_text=later");
  await expect(page).toHaveURL(/\/login/);
  await fillIn(page, account);
  await expect(chat.prompt).toHaveValue("first\nlater");
});
