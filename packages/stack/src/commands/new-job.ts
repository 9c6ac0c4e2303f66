/** `npm run new:job NAME`: the files of a new kind of job, in the checkout. */
import { join } from "node:path";
import { projectRoot } from "../config.ts";
import { runProgram } from "../process/run-program.ts";
import { runCommand } from "../run-command.ts";
import { writeJob } from "../scaffold/write-job.ts";
import { say } from "../terminal/say.ts";

await runCommand(async () => {
  const [kind] = process.argv.slice(2);
  if (!kind) throw new Error("Which kind? For example: npm run new:job reports.build");

  const paths = writeJob(kind, projectRoot);
  // A long name makes long lines.
  await runProgram(join(projectRoot, "node_modules/.bin/oxfmt"), paths, { cwd: projectRoot });
  say(`The kind ${kind} is there:\n\n${paths.map((path) => `  ${path}\n`).join("")}`);
  say("docs/add-a-kind.md says what belongs where.");
});
