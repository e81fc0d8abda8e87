import { expect, type Locator, type Page } from "@playwright/test";

import { fill, type Words } from "./words.ts";

/** `/admin` and what is below it. */
export class Admin {
  constructor(
    readonly page: Page,
    readonly words: Words,
    /** Whether the page's scripts run. */
    readonly live: boolean,
  ) {}

  /** Opens a page of administration by its address. */
  async open(path: string): Promise<void> {
    await this.page.goto(`/admin${path}`);
    await this.ready();
  }

  /** Waits until the page can be used. */
  async ready(): Promise<void> {
    await this.page.getByRole("heading", { level: 1 }).waitFor();
    // What is loaded twice would be typed into twice.
    if (this.live) await this.page.waitForLoadState("networkidle");
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { level: 1, name, exact: true });
  }

  /** The part of a page under this heading. */
  panel(heading: string): Locator {
    return this.page.getByRole("region", { name: heading, exact: true });
  }

  /** A line of a table, by what stands in it. */
  row(text: string | RegExp): Locator {
    return this.page.locator("tbody tr").filter({ hasText: text });
  }

  field(name: string): Locator {
    return this.page.locator(`[name="${name}"]`);
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Opens the question behind a button and answers it; `prepare` fills in what it asks for. */
  async confirm(name: string, answer = name, prepare?: (question: Locator) => Promise<void>): Promise<void> {
    const question = this.page.locator("details.confirm").filter({ has: this.page.locator("summary", { hasText: name }) }).first();
    if ((await question.getAttribute("open")) === null) await question.locator("summary").click();
    await prepare?.(question);
    await question.getByRole("button", { name: answer, exact: true }).click();
  }

  async createRole(name: string, rank: number, permissions: string[]): Promise<void> {
    await this.open("/roles/new");
    await this.field("role[name]").fill(name);
    await this.field("role[rank]").fill(String(rank));
    for (const permission of permissions) await this.page.locator(`input[value="${permission}"]`).check();
    await this.button(this.words.role_create).click();
    await expect(this.heading(name)).toBeVisible();
  }

  async createGroup(name: string, role?: string): Promise<void> {
    await this.open("/groups/new");
    await this.field("group[name]").fill(name);
    if (role) await this.page.getByLabel(role).check();
    await this.button(this.words.group_create).click();
    await expect(this.heading(name)).toBeVisible();
    await this.ready();
  }

  async createPerson(name: string, email: string): Promise<void> {
    await this.open("/users/new");
    await this.field("person[name]").fill(name);
    await this.field("person[email]").fill(email);
    await this.button(this.words.person_create).click();
    await expect(this.heading(name)).toBeVisible();
    await this.ready();
  }

  /** Finds somebody by a word and opens their page. */
  async openPerson(name: string): Promise<void> {
    await this.search(name);
    await this.page.getByRole("link", { name, exact: true }).click();
    await expect(this.heading(name)).toBeVisible();
    await this.ready();
  }

  async search(word: string): Promise<void> {
    await this.open("/users");
    await this.page.getByLabel(this.words.search_people).fill(word);
    await this.button(this.words.search).click();
    await this.page.waitForURL(/search=/);
    await this.ready();
  }

  async choose(name: string): Promise<void> {
    await this.page.getByLabel(fill(this.words.choose_person, { name }), { exact: true }).check();
  }
}
