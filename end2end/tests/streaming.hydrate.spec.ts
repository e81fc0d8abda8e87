import { Cable } from "../cable.ts";
import { expect, pace, test as base } from "../fixtures.ts";

const test = base.extend<{ cable: Cable }>({
  cable: async ({}, use) => {
    const cable = new Cable();
    await use(cable);
    cable.unplug();
  },
});


test.use({ configuration: pace.steady });

test("after a reload in the middle of an answer the same text goes on", async ({ page, chat, questions }) => {
  // The same question in a tab that nobody disturbs: equal questions get equal answers.
  const undisturbed = await chat.newTab("/");
  await undisturbed.ask(questions.prose);
  await chat.ask(questions.prose);

  const shown = await chat.midAnswer();
  await page.reload();
  const resumed = await chat.midAnswer();
  expect(resumed.startsWith(shown), `${resumed}\nbegins with\n${shown}`).toBe(true);

  const whole = await chat.answered();
  expect(whole.startsWith(resumed)).toBe(true);
  expect(whole, "nothing is lost or doubled").toBe(await undisturbed.answered());
  await page.reload();
  expect(await chat.text(), "nor when it is read again").toBe(whole);
});

test("two tabs see the same stream, and what is asked in one appears in the other", async ({ chat, questions }) => {
  await chat.ask(questions.prose);
  await chat.midAnswer();
  const other = await chat.newTab(chat.path);
  await other.midAnswer();
  const [here, there] = await Promise.all([chat.answered(), other.answered()]);
  expect(there).toBe(here);

  await other.ask(questions.poem);
  await expect(chat.questions).toHaveCount(2);
  for (const tab of [chat, other]) await expect(tab.answers).toHaveCount(2);
  await chat.midAnswer(1);
  const [later, elsewhere] = await Promise.all([chat.answered(), other.answered()]);
  expect(elsewhere).toBe(later);
});

test("Stop in one tab stops the answer in both", async ({ chat, questions, words }) => {
  await chat.ask(questions.long);
  const shown = await chat.midAnswer();
  const other = await chat.newTab(chat.path);
  await other.midAnswer();
  await other.stopButton.click();
  for (const tab of [other, chat]) {
    await expect(tab.answer.getByText(words.stopped)).toBeVisible();
    await expect(tab.stopButton).toHaveCount(0);
  }
  const kept = await chat.text();
  expect(kept).toBe(await other.text());
  expect(kept.startsWith(shown)).toBe(true);
});

test("Esc stops the answer", { tag: "@desktop" }, async ({ chat, questions, words }) => {
  await chat.ask(questions.long);
  await chat.midAnswer();
  await chat.prompt.press("Escape");
  await expect(chat.answer.getByText(words.stopped)).toBeVisible();
});

test("closing every tab stops nothing", async ({ page, chat, questions }) => {
  await chat.ask(questions.prose);
  const shown = await chat.midAnswer();
  const { path } = chat;
  const events = page.waitForEvent("close");
  await page.close();
  await events;

  const later = await chat.newTab(path);
  const whole = await later.answered();
  expect(whole.startsWith(shown)).toBe(true);
  await expect(later.answers).toHaveCount(1);
});

test.describe("over a network", () => {
  test.use({
    baseURL: async ({ server, cable }, use) => {
      await cable.plugInto(server.url);
      await use(cable.url);
    },
  });

  test("that goes and comes back, the answer becomes whole", async ({ chat, cable, questions }) => {
    await chat.ask(questions.prose);
    const shown = await chat.midAnswer();
    cable.cut();
    await expect(chat.offlineNotice).toBeVisible();
    const seen = await chat.text();
    expect(seen.startsWith(shown), "nothing that was shown goes away").toBe(true);
    cable.mend();
    await expect(chat.offlineNotice).toBeHidden({ timeout: 30_000 });

    const whole = await chat.answered();
    expect(whole.startsWith(seen)).toBe(true);
    const fresh = await chat.newTab(chat.path);
    expect(await fresh.text(), "nothing is lost or doubled").toBe(whole);
  });
});

test("text on the page only grows, and readers of the screen are told of its end", async ({ page, chat, questions, words }) => {
  await chat.ask(questions.prose);
  await chat.midAnswer(1);
  const shrunk = page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const answer = document.querySelector('[data-speaker="assistant"]');
        const text = answer?.querySelector(".message__answer");
        if (!answer || !text) return resolve(["no answer"]);
        const losses: string[] = [];
        let before = text.textContent ?? "";
        new MutationObserver(() => {
          const now = text.textContent ?? "";
          // A mark at the very end may turn out to begin a list or a footnote.
          if (now.length < before.length - 8) losses.push(`${before.slice(-40)} → ${now.slice(-40)}`);
          before = now;
          if (!answer.hasAttribute("aria-busy")) resolve(losses);
        }).observe(answer, { subtree: true, childList: true, characterData: true, attributes: true });
      }),
  );
  await chat.answered();
  expect(await shrunk).toEqual([]);
  await expect(page.getByRole("status").filter({ hasText: words.answer_finished })).toBeAttached();
});
