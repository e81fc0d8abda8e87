import { createHmac } from "node:crypto";

import type { Page } from "@playwright/test";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The six digits that an app shows for a seed (RFC 6238: SHA-1, 30 seconds) at that time. */
export function totp(secret: string, at = Date.now()): string {
  const bits = [...secret.replace(/[\s=]/g, "").toUpperCase()]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** An app that makes codes. Each is good once, so one that was used is not given again: the next may be used early. */
export class CodeApp {
  #used = -1;

  constructor(private readonly secret: string) {}

  /** A code that was not used yet; waits for it when it must. */
  async code(): Promise<string> {
    // The server takes codes of the step before and the step after as well.
    const next = Math.max(Math.floor(Date.now() / 30_000), this.#used + 1);
    const early = (next - 1) * 30_000 - Date.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    this.#used = next;
    return totp(this.secret, next * 30_000);
  }
}

/** A passkey device: it says yes to everything, or waits for a touch that never comes. */
export type Device = { touched(always: boolean): Promise<void> };

/** Gives the page's browser a passkey device that says yes to everything. */
export async function plugIn(page: Page): Promise<Device> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    async touched(always) {
      await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: always });
    },
  };
}
