import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** Prints what the benches measured, as one table. */
export default class Report implements Reporter {
  #rows: [what: string, value: string][] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status !== "passed") {
      this.#rows.push([test.title, `not measured: ${result.error?.message ?? result.status}`]);
    }
    for (const { type, description = "" } of result.annotations) this.#rows.push([type, description]);
  }

  onEnd(result: FullResult): void {
    const width = Math.max(...this.#rows.map(([what]) => what.length));
    for (const [what, value] of this.#rows) process.stdout.write(`  ${what.padEnd(width)}  ${value}\n`);
    process.stdout.write(`  measured: ${result.status}\n`);
  }

  printsToStdio(): boolean {
    return true;
  }
}
