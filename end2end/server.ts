import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The product under test: `./dev build` leaves it here. */
export const binary =
  process.env["LIANTAI_BINARY"] ?? join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "liantai");

/** Overrides of the configuration, by the names that the server reads: `LIANTAI__SECTION__KEY`. */
export type Configuration = Record<string, string>;

/** What a letter is about, as its file is called. */
export type Letter =
  | "verify-email"
  | "reset-password"
  | "invitation"
  | "address-taken"
  | "password-changed"
  | "email-changed"
  | "factors-changed"
  | "new-sign-in"
  | "reset-by-administrator";

/** Makes a server known as `localhost`, at a port that is free now: passkeys belong to a name, not to an address. */
export async function onLocalhost(): Promise<Configuration> {
  const port = await new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
  return {
    LIANTAI__SERVER__ADDR: `127.0.0.1:${port}`,
    LIANTAI__SERVER__PUBLIC_URL: `http://localhost:${port}`,
  };
}

/**
 * A `liantai serve` of the test's own: a free port, a temporary folder for its data, the simulator as upstream.
 * It can be stopped, killed and started again over the same data and at the same address.
 */
export class Server {
  /** Everything that this server wrote, over all its lives. */
  log = "";

  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(
    readonly folder: string,
    private configuration: Configuration,
  ) {}

  /** Starts a server over a folder with nothing but the tables. */
  static async start(configuration: Configuration = {}): Promise<Server> {
    const folder = await mkdtemp(join(tmpdir(), "liantai-"));
    const server = new Server(folder, configuration);
    const tables = await (emptyTables ??= migrated());
    // What was written last may still be in the log beside it.
    for (const part of ["", "-wal"].filter((part) => existsSync(tables + part))) await copyFile(tables + part, server.database + part);
    await server.start();
    return server;
  }

  /** `http://127.0.0.1:PORT`, the same after every restart. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The origin that its people type. */
  get origin(): string {
    return this.configuration["LIANTAI__SERVER__PUBLIC_URL"] ?? this.url;
  }

  /** The server's process. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the server is not running");
    return pid;
  }

  /** The file that SQLite keeps. */
  get database(): string {
    return join(this.folder, "liantai.db");
  }

  /** Starts the server over the data that is there, with `changes` to its configuration, and waits until it is ready. */
  async start(changes: Configuration = {}): Promise<void> {
    this.configuration = { ...this.configuration, ...changes };
    const { DASHSCOPE_API_KEY: _, ...inherited } = process.env;
    const child = spawn(binary, ["serve"], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...inherited,
        LIANTAI__SERVER__ADDR: `127.0.0.1:${this.#port}`,
        LIANTAI__DATABASE__URL: `sqlite://${this.database}`,
        ...this.configuration,
      },
    });
    this.#child = child;
    killedWithUs.add(child);
    const begin = this.log.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.log += text));
    }
    child.on("error", (problem) => (this.log += `${problem.message}\n`));
    child.on("exit", () => killedWithUs.delete(child));

    const port = await this.#until("says where it listens", () =>
      /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(plain(this.log.slice(begin)))?.[1],
    );
    this.#port = Number(port);
    await this.#until("is ready", async () => {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      return answer?.ok || undefined;
    });
  }

  /** Asks the server to stop (SIGTERM) and waits until it has drained. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Kills the server as a power cut would. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** The one-time link that makes the first administrator, from the log of the first start. */
  async setupLink(): Promise<string> {
    const path = await this.#until("prints the setup link", () => /\/setup\?token=[\w.~-]+/.exec(plain(this.log))?.[0]);
    return this.url + path;
  }

  /** The letters of this kind to that address, the oldest first: without a mail server they are files in a folder. */
  async letters(kind: Letter, address: string): Promise<string[]> {
    const folder = join(this.folder, "data", "mail");
    const names = await readdir(folder).catch(() => []);
    const ours = names.filter((name) => name.includes(`-${kind}-`) && name.endsWith(".eml")).sort();
    const letters = await Promise.all(ours.map((name) => readFile(join(folder, name), "utf8")));
    return letters.filter((letter) => letter.includes(address));
  }

  /** Where the link in the newest such letter leads. When it is the `count`th, waits for so many. */
  async linkIn(kind: Letter, address: string, count = 1): Promise<string> {
    const letter = await this.#until(`sends a letter (${kind}) to ${address}`, async () => {
      const letters = await this.letters(kind, address);
      return letters.length >= count ? letters.at(-1) : undefined;
    });
    const path = /https?:\/\/[^\s/]+(\/[a-z]+(?:\?\w+=[\w.~-]+)?)/.exec(letter)?.[1];
    if (path === undefined) throw new Error(`no link in the letter:\n${letter}`);
    return this.origin + path;
  }

  /** Kills the server, which has nothing to keep any more, and removes its data. */
  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    const late = deadline(20_000, `the server did not end at ${signal}`);
    await Promise.race([ended, late.promise]).finally(late.cancel);
  }

  /** Asks until there is an answer; gives up when the server has ended or 20 seconds have passed. */
  async #until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const end = Date.now() + 20_000;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      const ended = this.#child?.exitCode ?? this.#child?.signalCode;
      if (this.#child?.pid === undefined || ended != null || Date.now() > end) {
        throw new Error(`waited until the server ${what}, in vain${ended == null ? "" : ` (ended: ${ended})`}:\n${this.log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** A database whose tables are there and empty: the migrations run once for all servers of this process. */
let emptyTables: Promise<string> | undefined;

async function migrated(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "liantai-tables-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "liantai.db");
  await promisify(execFile)(binary, ["migrate"], {
    cwd: folder,
    env: { ...process.env, LIANTAI__DATABASE__URL: `sqlite://${file}` },
  });
  return file;
}

/** A log for terminals is coloured, also in the middle of an address. */
function plain(log: string): string {
  return log.replace(/\x1b\[[0-9;]*m/g, "");
}

function deadline(milliseconds: number, problem: string): { promise: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(problem)), milliseconds);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

/** Whatever ends this process, its servers end with it. */
const killedWithUs = new Set<ChildProcess>();
process.on("exit", () => killedWithUs.forEach((child) => child.kill("SIGKILL")));
