import type { CDPSession, Page } from "@playwright/test";

/** A Chinese input method: what it composes and the keys that it takes, as Chromium sees them. */
export class InputMethod {
  private constructor(private readonly session: CDPSession) {}

  /** Attaches an input method to the page; it types into what has the focus. */
  static async on(page: Page): Promise<InputMethod> {
    return new InputMethod(await page.context().newCDPSession(page));
  }

  /** Shows letters that are not chosen yet, underlined, in the field. */
  async compose(letters: string): Promise<void> {
    await this.session.send("Input.imeSetComposition", {
      text: letters,
      selectionStart: letters.length,
      selectionEnd: letters.length,
    });
  }

  /** Presses Enter while composing, which chooses what was composed: `macOS` and `Windows` report the key differently. */
  async pressEnter(system: "macOS" | "Windows"): Promise<void> {
    const key = system === "macOS" ? "Enter" : "Process";
    const common = { key, code: "Enter", windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 };
    await this.session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...common });
    await this.session.send("Input.dispatchKeyEvent", { type: "keyUp", ...common });
  }

  /** Presses Esc while composing, which puts away the words on offer. */
  async pressEscape(): Promise<void> {
    const common = { key: "Escape", code: "Escape", windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 };
    await this.session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...common });
    await this.session.send("Input.dispatchKeyEvent", { type: "keyUp", ...common });
  }

  /** Ends the composition with these characters. */
  async choose(characters: string): Promise<void> {
    await this.session.send("Input.insertText", { text: characters });
  }
}
