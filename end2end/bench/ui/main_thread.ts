import type { CDPSession, Page } from "@playwright/test";

/** What the page's main thread did between two looks at it. */
export interface Busy {
  /** The part of the time in which it worked, 0 to 1. */
  share: number;
  /** How long it worked, in milliseconds. */
  task: number;
  /** How much time it had, in milliseconds. */
  wall: number;
}

/** Watches a page's main thread and memory through Chromium's own counters. */
export class MainThread {
  private constructor(
    private readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  /** Before the page's first navigation: pieces of work are noted from its beginning. */
  static async of(page: Page): Promise<MainThread> {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await session.send("HeapProfiler.enable");
    await page.addInitScript(() => {
      const pieces: number[] = [];
      Object.assign(window, { pieces });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) pieces.push(entry.duration);
      }).observe({ type: "longtask", buffered: true });
    });
    return new MainThread(page, session);
  }

  /** How busy it is while something is done. */
  async during(act: () => Promise<void>): Promise<Busy> {
    const before = await this.#metrics();
    await act();
    const after = await this.#metrics();
    const [task = 0, wall = 1] = ["TaskDuration", "Timestamp"].map((name) => (after.get(name) ?? 0) - (before.get(name) ?? 0));
    return { share: task / wall, task: task * 1000, wall: wall * 1000 };
  }

  /** The longest piece of work since the document was loaded or this was asked last, in milliseconds; below 50 none is noted. */
  async longest(): Promise<number> {
    return this.page.evaluate(() => {
      const { pieces } = window as unknown as { pieces: number[] };
      return Math.max(0, ...pieces.splice(0));
    });
  }

  /** Nodes of the documents, and what scripts hold of the heap in bytes, after what is unused was collected. */
  async memory(): Promise<{ nodes: number; heap: number }> {
    await this.session.send("HeapProfiler.collectGarbage");
    const { nodes } = await this.session.send("Memory.getDOMCounters");
    const { usedSize, backingStorageSize = 0 } = (await this.session.send("Runtime.getHeapUsage")) as {
      usedSize: number;
      backingStorageSize?: number;
    };
    return { nodes, heap: usedSize + backingStorageSize };
  }

  async #metrics(): Promise<Map<string, number>> {
    const { metrics } = await this.session.send("Performance.getMetrics");
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }
}
