import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What lies between the browser and the server: it can be cut, which `setOffline` does not do to an open stream. */
export class Cable {
  readonly #ends = new Set<Socket>();
  readonly #near = createServer((browser) => this.#join(browser));
  #far = 0;
  #isCut = false;

  /** Leads to the server at `url` from now on. */
  async plugInto(url: string): Promise<void> {
    this.#far = Number(new URL(url).port);
    await once(this.#near.listen(0, "127.0.0.1"), "listening");
  }

  /** Where the browser finds the server. */
  get url(): string {
    return `http://127.0.0.1:${(this.#near.address() as AddressInfo).port}`;
  }

  /** Breaks every connection and lets none through. */
  cut(): void {
    this.#isCut = true;
    this.#ends.forEach((end) => end.destroy());
  }

  mend(): void {
    this.#isCut = false;
  }

  unplug(): void {
    this.cut();
    this.#near.close();
  }

  #join(browser: Socket): void {
    if (this.#isCut) return void browser.destroy();
    const server = connect(this.#far, "127.0.0.1");
    for (const [end, other] of [
      [browser, server],
      [server, browser],
    ] as const) {
      this.#ends.add(end);
      end.on("close", () => {
        this.#ends.delete(end);
        other.destroy();
      });
      // A broken connection is what this is about.
      end.on("error", () => end.destroy());
      end.pipe(other);
    }
  }
}
