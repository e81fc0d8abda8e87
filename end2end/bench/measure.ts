import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { test } from "../fixtures.ts";

/** Adds a row to the report. */
export function report(what: string, value: string): void {
  test.info().annotations.push({ type: what, description: value });
}

/** `12.3 kB`, thousands as on the wire. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** The process's resident memory, in bytes. */
export async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** The CPU time that the process has used in user and kernel mode, in microseconds. */
export async function cpuTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name, which may hold spaces; after it come fields 3 and following.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const { stdout } = await promisify(execFile)("getconf", ["CLK_TCK"]);
  return (ticks / Number(stdout)) * 1e6;
}

/** The value in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
