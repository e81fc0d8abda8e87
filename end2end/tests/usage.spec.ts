import { expect, test } from "../fixtures.ts";
import { fill } from "../pages/words.ts";

test("a person makes a key that keeps answers, calls a model with it twice and finds both calls, the second for nothing", async ({
  page,
  chat,
  settings,
  words,
  server,
  request,
}) => {
  await chat.alive();
  await page.goto("/usage");
  await expect(page.getByRole("heading", { name: words.first_call })).toBeVisible();
  await expect(page.getByText(`curl ${server.origin}/v1/chat/completions`)).toBeVisible();

  await page.goto("/keys");
  await expect(page).toHaveURL(/\/settings\/keys$/);
  await settings.field(words.key_name).fill("Loom");
  await settings.field(words.key_cache).fill("300");
  await settings.button(words.key_create).click();
  const secret = page.locator(".secret__text");
  await expect(secret).toHaveText(/^lt-/);
  const key = await secret.innerText();
  const snippets = settings.panel(words.snippets);
  await expect(snippets.getByText(`export LIANTAI_API_KEY=${key}`)).toBeVisible();
  await expect(snippets.getByText(`curl ${server.origin}/v1/chat/completions`)).toBeVisible();
  await expect(page.getByRole("link", { name: `${words.usage}: Loom` })).toHaveAttribute("href", /^\/usage\?key=/);

  const ask = (credential: string) =>
    request.post(`${server.origin}/v1/chat/completions`, {
      headers: { Authorization: `Bearer ${credential}` },
      data: { model: "qwen-plus", messages: [{ role: "user", content: words.snippets_hello }] },
    });
  expect((await ask("lt-guessed")).status()).toBe(401);
  const answer = await ask(key);
  expect(answer.status(), await answer.text()).toBe(200);
  expect((await answer.json()).choices[0].message.content).not.toBe("");

  const again = await ask(key);
  expect(again.headers()["x-liantai-cache"]).toBe("hit");
  expect(await again.text()).toBe(await answer.text());

  // The log is written behind the answer.
  const calls = page.getByRole("table", { name: words.calls_title }).locator("tbody tr");
  await expect(async () => {
    await page.goto("/usage");
    await expect(calls).toHaveCount(2, { timeout: 1_000 });
  }).toPass();
  const asked = calls.filter({ hasNotText: words.source_cached });
  for (const text of ["qwen-plus", "Loom", words.operation_chat, words.outcome_succeeded]) {
    await expect(asked).toContainText(text);
  }

  // Days go with the other filters and stay in the address.
  const day = (from: number) =>
    new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);
  const [first, last] = [page.getByLabel(words.calls_from), page.getByLabel(words.calls_to)];
  const show = async (from: string, to: string) => {
    await first.fill(from);
    await last.fill(to);
    await page.getByRole("button", { name: words.calls_period }).click();
    await expect(page).toHaveURL((url) => url.searchParams.get("to") === to);
  };
  await page.goto("/usage?model=qwen-plus");
  await show("", day(-7));
  await expect(page.getByText(words.calls_none)).toBeVisible();
  await show(day(2), day(-2));
  await expect(page.getByText(words.error_invalid_period)).toBeVisible();
  await show(day(-2), day(2));
  await expect(calls).toHaveCount(2);
  await expect(first).toHaveValue(day(-2));
  expect(new URL(page.url()).searchParams.get("model")).toBe("qwen-plus");
  const file = page.getByRole("button", { name: words.calls_export });
  const taken = page.locator("form", { has: file });
  await expect(taken.locator("[name=from]")).toHaveValue(day(-2));
  await page.getByRole("link", { name: words.calls_period_clear }).click();
  await expect(first).toHaveValue("");
  await expect(calls).toHaveCount(2);

  await expect(asked, "its cost").toContainText("¥0.0");
  const given = calls.filter({ hasText: words.source_cached });
  await expect(given).toContainText(words.outcome_succeeded);
  await expect(given, "it cost nothing").not.toContainText("¥0.0");

  await settings.open("/keys");
  const keys = settings.panel(words.settings_keys);
  await expect(keys.getByRole("row").filter({ hasText: "Loom" })).toContainText(fill(words.key_cached, { seconds: 300 }));
  await keys.getByRole("link", { name: words.key_edit }).click();
  await expect(settings.field(words.key_cache)).toHaveValue("300");
});
