import { spawn } from "node:child_process";
import { once } from "node:events";

import { binary, type Configuration } from "./server.ts";

/** How `liantai simulator` behaves; what is not given is as in its `--help`. */
export interface Behaviour {
  /** Where it listens; a free port when not given. */
  addr?: string;
  /** Time to the first byte. */
  latency?: string;
  /** Tokens a second; 0 is as fast as can be. */
  speed?: number;
  /** How long a picture takes; a film takes three times as long. */
  "task-time"?: string;
  /** What goes wrong, and how often: `throttle`, `cut:0.5`. */
  fault?: string;
}

/** `liantai simulator` as a process of its own. */
export class Simulator {
  private constructor(
    /** `127.0.0.1:PORT` */
    readonly addr: string,
    private readonly child: ReturnType<typeof spawn>,
  ) {}

  static async start(behaviour: Behaviour = {}): Promise<Simulator> {
    const flags = Object.entries({ addr: "127.0.0.1:0", latency: "0", speed: 0, ...behaviour });
    const child = spawn(binary, ["simulator", ...flags.flatMap(([name, value]) => [`--${name}`, String(value)])], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    process.once("exit", () => child.kill("SIGKILL"));
    let said = "";
    for await (const text of child.stdout.setEncoding("utf8")) {
      said += String(text);
      const addr = /listening on http:\/\/([\d.:]+)\n/.exec(said)?.[1];
      // Leaving the loop closes the pipe, and the simulator has nothing more to say.
      if (addr !== undefined) return new Simulator(addr, child);
    }
    throw new Error(`the simulator did not start: ${said}`);
  }

  /** What makes a server take it for Bailian. */
  get configuration(): Configuration {
    return { LIANTAI__BAILIAN__BASE_URL: `http://${this.addr}`, LIANTAI__BAILIAN__API_KEY: "sk-test" };
  }

  /** Ends it, and starts another one at the same address. */
  async becomes(behaviour: Behaviour): Promise<Simulator> {
    await this.stop();
    return Simulator.start({ ...behaviour, addr: this.addr });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
