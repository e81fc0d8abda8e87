import { Cable } from "../cable.ts";
import { expect, pace, test as base } from "../fixtures.ts";
import { Simulator } from "../simulator.ts";
import { fill } from "../pages/words.ts";

const test = base.extend<{ cable: Cable }>({
  cable: async ({}, use) => {
    const cable = new Cable();
    await use(cable);
    cable.unplug();
  },
});

test.use({ configuration: pace.made });

test.describe("over a network", () => {
  test.use({
    // What is made is met while it is.
    configuration: pace.atOnce,
    baseURL: async ({ server, cable }, use) => {
      await cable.plugInto(server.url);
      await use(cable.url);
    },
  });

  test("that goes and comes back, four images are made once", { tag: "@desktop" }, async ({ page, works, words, cable }) => {
    await works.open("/images");
    await works.choose("4", words.image_count);
    await works.prompt.fill("four lanterns over a river");
    await expect(works.cost).toContainText("¥");
    await works.prompt.press("Control+Enter");
    await expect(works.making.locator(".awaited")).toHaveCount(4);
    cable.cut();
    await expect(works.offlineNotice).toBeVisible();
    // Long enough for all of it to be made meanwhile.
    await page.waitForTimeout(5_000);
    cable.mend();
    await expect(works.offlineNotice).toBeHidden({ timeout: 30_000 });
    await expect(works.images).toHaveCount(4, { timeout: 30_000 });
    await expect(works.makings).toHaveCount(1);
    for (const image of await works.images.locator("img").all()) {
      await expect.poll(() => image.evaluate((picture: HTMLImageElement) => picture.naturalWidth)).toBeGreaterThan(0);
    }
    await page.reload();
    await expect(works.makings).toHaveCount(1);
    await expect(works.images).toHaveCount(4);
  });

  test("a press that can't be sent is sent again, and made once", { tag: "@desktop" }, async ({ page, works, words, cable }) => {
    await works.open("/images");
    await works.prompt.fill("a paper boat");
    cable.cut();
    await works.makeButton.click();
    await expect(page.getByText(words.server_away_retrying)).toBeVisible();
    await expect(works.prompt, "what was typed is there").toHaveValue("a paper boat");
    cable.mend();
    await expect(works.makings).toHaveCount(1, { timeout: 30_000 });
    await works.done();
    await page.reload();
    await expect(works.makings).toHaveCount(1);
  });
});

test("an image is changed where it was painted", async ({ page, works, words }) => {
  await works.open("/images");
  await page.getByRole("button", { name: words.from_image, exact: true }).click();
  await expect(page.getByText(words.lacks_image)).toBeVisible();
  await works.upload(800, 600);
  await page.getByLabel(words.edit_what, { exact: true }).selectOption({ label: words.edit_masked });
  await expect(page.getByText(words.lacks_mask)).toBeVisible();
  await page.getByRole("button", { name: words.mask_paint }).click();

  const canvas = page.locator(".mask__canvas");
  await expect(canvas).toHaveAttribute("width", "800");
  await expect(canvas).toHaveAttribute("height", "600");
  const box = (await canvas.boundingBox())!;
  const save = page.getByRole("button", { name: words.mask_save });
  await expect(save).toBeDisabled();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 5 });
  await page.mouse.up();
  const undo = page.getByRole("button", { name: words.undo, exact: true });
  await undo.click();
  await expect(save).toBeDisabled();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 5 });
  await page.mouse.up();
  await save.click();

  const mask = page.locator('input[name="wish[mask]"]');
  await expect(mask).toHaveValue(/^[0-9a-f-]{36}$/);
  const seen = await page.evaluate(async (id) => {
    const picture = new Image();
    picture.src = `/files/${id}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.naturalWidth, height: picture.naturalHeight });
    const context = canvas.getContext("2d")!;
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const at = (x: number, y: number) => data[(y * canvas.width + x) * 4];
    const shades = new Set<number>();
    for (let index = 0; index < data.length; index += 4) shades.add(data[index]!);
    return { width: canvas.width, height: canvas.height, middle: at(400, 300), corner: at(5, 5), shades: [...shades].sort() };
  }, await mask.inputValue());
  expect(seen).toEqual({ width: 800, height: 600, middle: 255, corner: 0, shades: [0, 255] });

  await works.make("a red door");
  await expect(works.images).toHaveCount(1);
});

test("an image goes on beyond its edges, loses its marks, gets another style, and each is used again", { tag: "@desktop" }, async ({ page, works, words }) => {
  await works.open("/images");
  await page.getByRole("button", { name: words.from_image, exact: true }).click();
  await works.upload(800, 600);
  const what = page.locator('select[name="wish[function]"]');
  const made = async (count: number) => {
    await expect(works.makings).toHaveCount(count);
    await works.done();
    await expect(works.images).toHaveCount(1);
  };
  await what.selectOption("expand");
  const far = page.locator('input[name="wish[expand]"]');
  await far.focus();
  await far.press("Home");
  await expect(page.locator(".slider__shown")).toHaveText("1.05×");
  // What the function says need not be written.
  await works.makeButton.click();
  await made(1);
  await expect(works.making).toContainText(words.edit_expand_usual);

  await what.selectOption("remove_watermark");
  await expect(far).toHaveCount(0);
  await works.makeButton.click();
  await made(2);
  await expect(works.making).toContainText(words.edit_remove_marks_usual);

  await what.selectOption("stylization_all");
  await expect(works.makeButton, "a style is to be named").toBeDisabled();
  await expect(page.locator('input[name="wish[strength]"]')).toBeVisible();
  await works.prompt.fill("French picture book");
  await works.makeButton.click();
  await made(3);

  await works.makings.last().getByRole("button", { name: words.use_again }).click();
  await expect(what).toHaveValue("expand");
  await expect(page.locator(".slider__shown")).toHaveText("1.05×");
  await expect(works.prompt).toHaveValue(words.edit_expand_usual);
  await expect(page.locator(".upload__picture")).toBeVisible();
});

test("a style is chosen, and a variation is another picture of the same", { tag: "@desktop" }, async ({ page, works, words }) => {
  await works.open("/images");
  await page.locator('select[name="wish[model]"]').selectOption("wanx-v1");
  const style = page.locator('select[name="wish[style]"]');
  await style.selectOption({ label: words.style_watercolor });
  await works.make("a harbour at dawn");
  await works.making.getByRole("button", { name: words.variations }).click();
  await expect(works.makings).toHaveCount(2);
  await works.done();
  await expect(works.making).toContainText("a harbour at dawn");
  const [one, other] = await page.evaluate(async (links) => {
    const texts = links.map(async (link) => {
      const bytes = new Uint8Array(await (await fetch(link)).arrayBuffer());
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return [...hash].join();
    });
    return Promise.all(texts);
  }, await page.locator(".work-image").evaluateAll((images) => images.map((image) => image.getAttribute("href")!)));
  expect(one).not.toEqual(other);

  await style.selectOption({ label: words.style_auto });
  await works.making.getByRole("button", { name: words.use_again }).click();
  await expect(style).toHaveValue("<watercolor>");
  await expect(works.prompt).toHaveValue("a harbour at dawn");
});

test("a work is seen large, and goes on to be changed and to move", async ({ page, works, words }) => {
  await works.open("/images");
  await works.choose("2", words.image_count);
  await works.make("two herons");
  await works.images.first().click();
  await expect(works.lightbox).toBeVisible();
  await expect(works.lightbox).toContainText(fill(words.image_of, { index: 1, count: 2 }));
  await expect(works.lightbox.locator(".known")).toContainText("two herons");
  await expect(works.lightbox.locator(".known")).toContainText("¥0.");
  await page.keyboard.press("ArrowRight");
  await expect(works.lightbox).toContainText(fill(words.image_of, { index: 2, count: 2 }));
  await page.keyboard.press("Escape");
  await expect(works.lightbox).toBeHidden();

  // Deleted here, it is taken back here: the page beneath is out of reach.
  await works.images.first().click();
  await works.lightbox.getByRole("button", { name: words.delete, exact: true }).click();
  await expect(works.lightbox).toContainText(fill(words.image_of, { index: 1, count: 1 }));
  await works.lightbox.getByRole("button", { name: words.undo, exact: true }).click();
  await expect(works.lightbox).toContainText(fill(words.image_of, { index: 2, count: 2 }));
  await page.keyboard.press("Escape");
  await expect(works.lightbox).toBeHidden();
  await expect(works.images).toHaveCount(2);
  await expect(page.getByRole("button", { name: words.undo, exact: true })).toHaveCount(0);

  await works.images.first().click();
  await works.lightbox.getByRole("link", { name: words.edit_image, exact: true }).click();
  await expect(works.lightbox).toBeHidden();
  await expect(page.locator(".upload__picture")).toBeVisible();
  await expect(page).toHaveURL(/\/images$/);

  await works.images.first().click();
  await works.lightbox.getByRole("link", { name: words.make_video_of_it }).click();
  await expect(page).toHaveURL(/\/videos/);
  await expect(page.locator(".upload__picture")).toBeVisible();
});

test.describe("over some seconds", () => {
  test.use({ configuration: { ...pace.made, LIANTAI__SIMULATOR__TASK_MS: "1500" } });

  test("a video is made from words and played", async ({ page, works, words }) => {
    await works.open("/videos");
    await works.prompt.fill("waves against a pier");
    await expect(works.cost).toContainText("¥");
    await works.makeButton.click();
    await expect(works.making.getByText(words.takes_minutes)).toBeVisible();
    await works.done();
    const player = works.making.locator("video");
    await expect(player).toHaveAttribute("src", /^\/files\//);
    const type = await page.evaluate(async (source) => (await fetch(source)).headers.get("content-type"), (await player.getAttribute("src"))!);
    expect(type).toBe("video/mp4");
  });
});

test("a text is counted, priced, spoken and kept", async ({ page, works, words }) => {
  await works.open("/speech");
  await works.prompt.fill("床前明月光，疑是地上霜。");
  await expect(page.getByText(fill(words.characters_of, { count: 12, most: "20,000" }))).toBeVisible();
  await expect(works.cost).toContainText("¥");
  await works.makeButton.click();
  await works.done();
  await expect(works.making.locator("audio")).toHaveAttribute("src", /^\/files\//);
  const kept = works.making.getByRole("link", { name: words.download_work });
  await expect(kept).toHaveAttribute("download", /^speech-.*\.(mp3|wav)$/);
  // A voice is heard before a long text is spoken by it.
  await page.getByRole("button", { name: words.voice_hear }).click();
  await expect(page.locator(".preview__player")).toHaveAttribute("src", /^\/files\//, { timeout: 30_000 });
  await expect(works.making).toContainText(words.voice_sentence);
  // What was typed outlives the page.
  await works.prompt.fill("半句话");
  await page.reload();
  await expect(works.prompt).toHaveValue("半句话");
});

test("what was refused is said in plain words", { tag: "@desktop" }, async ({ works, words }) => {
  await works.open("/images");
  await works.choose("2", words.image_count);
  await works.prompt.fill("DataInspectionFailed in the clouds");
  await works.makeButton.click();
  await expect(works.making.getByText(words.advice_content)).toBeVisible({ timeout: 30_000 });
  await expect(works.making.getByText(words.refused_content)).toBeVisible();
  await expect(works.images, "the other one is there").toHaveCount(1);

  await works.choose("1", words.image_count);
  await works.makeButton.click();
  await expect(works.makings).toHaveCount(2);
  await expect(works.making.getByText(words.making_failed)).toBeVisible({ timeout: 30_000 });
  await expect(works.making.getByText(words.advice_content)).toBeVisible();
  await expect(works.making.getByRole("button", { name: words.try_again })).toBeVisible();
});

test.describe("with an upstream that takes its time", () => {
  test.use({
    configuration: async ({}, use) => {
      const simulator = await Simulator.start({ "task-time": "60s" });
      await use(simulator.configuration);
      await simulator.stop();
    },
  });

  test("what goes on can be called off", { tag: "@desktop" }, async ({ works, words }) => {
    await works.open("/images");
    await works.prompt.fill("a slow snail");
    await works.makeButton.click();
    await expect(works.making.getByText(words.making_pending).or(works.making.getByText(words.making_working))).toBeVisible();
    await expect(works.making.locator(".progress__elapsed")).toContainText(/0:0[1-9]/);
    await works.making.getByRole("button", { name: words.cancel, exact: true }).click();
    // What the upstream has begun comes to its end; what it has not is over at once.
    const stopped = works.making.getByText(words.making_cancelled).or(works.making.getByText(words.making_stopping));
    await expect(stopped).toBeVisible({ timeout: 30_000 });
  });
});

test.describe("on a phone", { tag: "@phone" }, () => {
  test("no page of works is wider than the screen", async ({ page, works }) => {
    const excess = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await works.open("/images");
    await works.make("a very long prompt ".repeat(20));
    for (const path of ["/images", "/videos", "/speech", "/library"] as const) {
      await works.open(path);
      expect(await excess(), path).toBe(0);
    }
  });
});
