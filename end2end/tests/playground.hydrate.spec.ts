import { expect, pace, test } from "../fixtures.ts";

// A wrong key is refused, and the browser says so too.
test.use({ expectedProblems: [/401/] });

test("a model is tried, stopped, refused and taken along as code", async ({ page, chat, settings, words, server }) => {
  await chat.alive();
  await settings.open("/keys");
  await settings.field(words.key_name).fill("Loom");
  await settings.button(words.key_create).click();
  const secret = page.locator(".secret__text");
  await expect(secret).toHaveText(/^lt-/);
  const key = await secret.innerText();

  await page.goto("/playground");
  const field = (name: string) => page.getByLabel(name, { exact: true });
  const send = page.getByRole("button", { name: words.playground_run });
  await expect(page.getByText(words.playground_empty)).toBeVisible();
  await expect(page.getByText(`curl -N ${server.origin}/v1/chat/completions`)).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);

  await expect(async () => {
    await field(words.playground_key).fill("lt-guessed");
    await send.click();
    await expect(page.getByRole("alert")).toContainText("401", { timeout: 3_000 });
  }).toPass();

  await field(words.playground_key).fill(key);
  await field(words.playground_temperature).fill("7");
  await send.click();
  await expect(page.getByText(words.playground_temperature_wrong)).toBeVisible();
  await field(words.playground_temperature).fill("0.5");
  await field(words.playground_message).fill("What is a loom?");
  await expect(page.getByText(/"temperature": 0\.5/).first()).toBeVisible();

  await send.click();
  const answer = page.locator(".playground__text");
  await expect(answer).not.toBeEmpty();
  await expect(send).toBeVisible();
  await expect(page.locator(".playground__figures")).toContainText(/\d+\.\d\d/);
  await expect(page.getByRole("alert")).toHaveCount(0);
  // What was typed is still there.
  await expect(field(words.playground_message)).toHaveValue("What is a loom?");

  await page.getByText("Python", { exact: true }).click();
  await expect(page.getByText("client.chat.completions.create(").first()).toBeVisible();
});

test.describe("when the server goes", () => {
  test.use({ configuration: pace.steady });

  test("an answer that breaks off is not taken for whole", async ({ page, chat, settings, words, server, questions }) => {
    await chat.alive();
    await settings.open("/keys");
    await settings.field(words.key_name).fill("Loom");
    await settings.button(words.key_create).click();
    const secret = page.locator(".secret__text");
    await expect(secret).toHaveText(/^lt-/);
    const key = await secret.innerText();

    await page.goto("/playground");
    const field = (name: string) => page.getByLabel(name, { exact: true });
    const answer = page.locator(".playground__text");
    await expect(async () => {
      await field(words.playground_key).fill(key);
      await field(words.playground_message).fill(questions.prose);
      await page.getByRole("button", { name: words.playground_run }).click({ timeout: 1_000 });
      await expect(answer).not.toBeEmpty({ timeout: 5_000 });
    }).toPass();
    await server.kill();
    await expect(page.getByText(words.playground_unreachable)).toBeVisible();
    await expect(answer).not.toBeEmpty();
  });
});
