import type { JobNames } from "./name-job.ts";

export type Draft = { path: string; text: string };

/** The files of a new kind: its contract, its handler and their test, ready to run and to be rewritten. */
export function draftJob({ kind, file, contract, handler }: JobNames): Draft[] {
  return [
    {
      path: `packages/shared/src/jobs/${file}.ts`,
      text: `import { z } from "zod";
import { defineJob } from "./define-job.ts";

export const ${contract} = defineJob({
  kind: "${kind}",
  summary: "Greets someone. Say here what the kind does.",
  payload: z.strictObject({ name: z.string().min(1).max(200) }),
  result: z.strictObject({ greeting: z.string() }),
  attempts: 3,
  timeoutMs: 30_000,
  concurrency: 10,
  example: { name: "Ada" },
});
`,
    },
    {
      path: `apps/worker/src/jobs/${file}.ts`,
      text: `import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { JobHandler } from "./define-handler.ts";

export const ${handler}: JobHandler<Contracts["${kind}"]> = async ({ name }, { progress }) => {
  progress(1, 1, "greetings");
  return { greeting: \`Hello, \${name}!\` };
};
`,
    },
    {
      path: `apps/worker/tests/${file}.test.ts`,
      text: `import { afterAll, beforeAll, expect, it } from "vitest";
import { ${contract} } from "@longshore/shared/jobs/${file}";
import { startTestWorker, type TestWorker } from "./start-test-worker.ts";

let worker: TestWorker;
beforeAll(async () => {
  worker = await startTestWorker();
});
afterAll(() => worker.close());

it("${kind} greets whoever is named", async () => {
  const job = await worker.run("${kind}", ${contract}.example);
  expect(job).toMatchObject({ state: "succeeded", result: { greeting: "Hello, Ada!" } });
});
`,
    },
  ];
}
