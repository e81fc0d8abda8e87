import type { CDPSession } from "@playwright/test";

import { register, test } from "../fixtures.ts";
import { answered, ask } from "./conversation.ts";
import { kilobytes, report } from "./measure.ts";

test.use({ configuration: { LIANTAI__SIMULATOR__LATENCY_MS: "0", LIANTAI__SIMULATOR__SPEED: "0" } });

test("first load of /c/{id}", async ({ browser, page, account, server }) => {
  await register(page, account);
  const id = await ask(page, "Write me a short poem about ink.");
  await answered(page);

  // The same visitor with an empty cache.
  const fresh = await browser.newContext({ storageState: await page.context().storageState() });
  const visit = await fresh.newPage();
  const wire = new Wire(await fresh.newCDPSession(visit));
  await wire.open();
  await visit.goto(`${server.url}/c/${id}`, { waitUntil: "load" });
  await answered(visit);

  for (const kind of ["document", "css", "js", "wasm", "other"] as const) {
    report(`first load, ${kind}`, kilobytes(wire.bytes(kind)));
  }
  report("first load, JS and WASM", `${kilobytes(wire.bytes("js") + wire.bytes("wasm"))} (aim: at most 200 kB)`);
  report("first load, requests", `${wire.requests} (aim: at most 10)`);
  report("first load, not in Brotli", wire.uncompressed.join(", ") || "nothing");
  await fresh.close();
});

type Kind = "document" | "css" | "js" | "wasm" | "other";

interface Transfer {
  kind: Kind;
  path: string;
  bytes: number;
  encoding: string;
}

/** What Chromium received from the network, by the bytes that were on the wire, headers included. */
class Wire {
  #transfers = new Map<string, Transfer>();

  constructor(private readonly session: CDPSession) {}

  async open(): Promise<void> {
    this.session.on("Network.responseReceived", ({ requestId, response, type }) => {
      const { pathname } = new URL(response.url);
      const encoding = Object.entries(response.headers).find(([name]) => name.toLowerCase() === "content-encoding")?.[1];
      this.#transfers.set(requestId, {
        kind: kindOf(type, pathname),
        path: pathname,
        bytes: response.encodedDataLength,
        encoding: encoding ?? "",
      });
    });
    this.session.on("Network.dataReceived", ({ requestId, encodedDataLength }) => {
      const transfer = this.#transfers.get(requestId);
      if (transfer) transfer.bytes += encodedDataLength;
    });
    this.session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const transfer = this.#transfers.get(requestId);
      if (transfer) transfer.bytes = encodedDataLength;
    });
    await this.session.send("Network.enable");
  }

  get requests(): number {
    return this.#transfers.size;
  }

  /** What is large enough to be worth compressing and came as it is. */
  get uncompressed(): string[] {
    return [...this.#transfers.values()]
      .filter(({ encoding, bytes }) => encoding !== "br" && bytes > 2_000)
      .map(({ path }) => path);
  }

  bytes(kind: Kind): number {
    return [...this.#transfers.values()].filter((one) => one.kind === kind).reduce((sum, one) => sum + one.bytes, 0);
  }
}

function kindOf(type: string, path: string): Kind {
  if (type === "Document") return "document";
  if (path.endsWith(".css")) return "css";
  if (path.endsWith(".js")) return "js";
  if (path.endsWith(".wasm")) return "wasm";
  return "other";
}
