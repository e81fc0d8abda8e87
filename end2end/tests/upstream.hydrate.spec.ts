import { expect, test as base } from "../fixtures.ts";
import { Simulator } from "../simulator.ts";

/** A fault of the upstream; each test has one. */
const test = base.extend<{ fault: string; upstream: { current: Simulator } }>({
  fault: ["throttle", { option: true }],
  upstream: async ({ fault }, use) => {
    const upstream = { current: await Simulator.start({ fault }) };
    await use(upstream);
    await upstream.current.stop();
  },
  configuration: async ({ upstream }, use) => use(upstream.current.configuration),
});

const refusals = [
  ["throttle", "error_upstream_throttled"],
  ["inspection", "error_content_refused"],
  ["invalid-key", "error_upstream_refused"],
  ["free-quota", "error_upstream_quota"],
  ["html", "error_upstream_unreadable"],
] as const;

for (const [fault, problem] of refusals) {
  test.describe(`when the upstream answers with “${fault}”`, () => {
    test.use({ fault });

    test("the answer says what happened and can be tried again", async ({ page, chat, upstream, questions, words }) => {
      await chat.ask(questions.poem);
      await expect(chat.answer).toContainText(words[problem]);
      await page.reload();
      await expect(chat.answer).toContainText(words[problem]);
      await expect(chat.questions).toContainText(questions.poem);

      upstream.current = await upstream.current.becomes({});
      await chat.action(words.try_again).click();
      await chat.answered();
      expect((await chat.text()).length).toBeGreaterThan(100);
      await expect(chat.answer).not.toContainText(words[problem]);
    });
  });
}

test.describe("when the upstream's connection breaks in the middle", () => {
  test.use({ fault: "reset" });

  test("what had arrived is kept, and the answer goes on from there", async ({ chat, upstream, questions, words }) => {
    await chat.ask(questions.poem);
    await expect(chat.answer).toContainText(words.error_upstream_interrupted);
    const kept = await chat.text();
    expect(kept).not.toBe("");

    upstream.current = await upstream.current.becomes({});
    await chat.action(words.continue_answer).click();
    const whole = await chat.answered();
    expect(whole.startsWith(kept)).toBe(true);
    expect(whole.length).toBeGreaterThan(kept.length);
    await expect(chat.answers).toHaveCount(1);
  });
});

test.describe("when there is no upstream at all", () => {
  test("the answer says so", async ({ chat, upstream, questions, words }) => {
    await upstream.current.stop();
    await chat.ask(questions.poem);
    await expect(chat.answer).toContainText(words.error_upstream_unavailable, { timeout: 30_000 });
    await expect(chat.action(words.try_again)).toBeVisible();
  });
});
