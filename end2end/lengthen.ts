import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = fileURLToPath(new URL("lengthen.py", import.meta.url));

/**
 * Copies a conversation of a stopped server into one of `length` messages, and gives the copy's id.
 *
 * `first` is a word, and what its oldest message says instead.
 */
export async function lengthen(
  database: string,
  conversation: string,
  length: number,
  first: [] | [string, string] = [],
): Promise<string> {
  const { stdout } = await promisify(execFile)("python3", [program, database, conversation, String(length), ...first]);
  return stdout.trim();
}
