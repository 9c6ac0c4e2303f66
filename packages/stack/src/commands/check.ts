/** `npm run check`: everything that needs no service. Runs all, then names what failed. */
import { type Check, runChecks } from "../checks/run-checks.ts";
import { runCommand } from "../run-command.ts";
import { say } from "../terminal/say.ts";

const checks: Check[] = [
  { name: "format", program: "oxfmt", args: ["--check"] },
  { name: "lint", program: "oxlint", args: ["--type-aware"] },
  { name: "types", program: "tsc", args: ["-b"] },
  { name: "dead code", program: "knip", args: [] },
  { name: "unit tests", program: "vitest", args: ["run", "--project", "unit"] },
];

await runCommand(async ({ signal }) => {
  const failed = await runChecks(checks, { say, signal });
  say(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
});
