import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

import { binary, type Configuration } from "../server.ts";

/** Runs `liantai simulator` as a process of its own while `use` runs, and hands in how to have it as upstream. */
export async function withSimulator(speed: number, use: (upstream: Configuration) => Promise<void>): Promise<void> {
  const addr = `127.0.0.1:${await freePort()}`;
  const child = spawn(binary, ["simulator", "--addr", addr, "--latency", "0", "--speed", String(speed)], {
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  try {
    while (!(await answers(`http://${addr}/`))) {
      if (child.exitCode !== null) throw new Error(`the simulator ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await use({
      LIANTAI__BAILIAN__BASE_URL: `http://${addr}`,
      LIANTAI__BAILIAN__API_KEY: "sk-bench",
    });
  } finally {
    child.kill();
    await ended;
  }
}

/** Whether anything is served there, be it a refusal. */
async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
