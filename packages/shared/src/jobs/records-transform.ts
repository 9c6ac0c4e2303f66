import { z } from "zod";
import { defineJob } from "./define-job.ts";

const recordSchema = z.record(z.string(), z.unknown());
const recordsSchema = z.array(recordSchema).max(1_000);

const operationSchema = z.strictObject({
  op: z
    .enum(["upper", "lower", "title", "trim", "squeeze", "reverse"])
    .describe("`squeeze` trims, and makes one space of all white space in between."),
  at: z
    .array(z.string().regex(/^(\/([^~/]|~[01])*)*$/, "must be a JSON pointer"))
    .max(20)
    .default([""])
    .describe("JSON pointers into the record: the text there, or all text below. The whole record unless given."),
});

export const recordsTransform = defineJob({
  kind: "records.transform",
  summary: "Rewrites the text in records: upper case, lower case, trimmed and the like.",
  payload: z
    .strictObject({
      record: recordSchema.optional(),
      records: recordsSchema.min(1).optional(),
      operations: z.array(operationSchema).min(1).max(10).describe("Applied one after the other."),
    })
    .superRefine(({ record, records }, context) => {
      if ((record === undefined) === (records === undefined))
        context.addIssue({ code: "custom", message: "must hold either `record` or `records`" });
    }),
  result: z.strictObject({
    record: recordSchema.optional(),
    records: recordsSchema.optional().describe("As they were sent: one, or a list in the same order."),
  }),
  attempts: 3,
  timeoutMs: 60_000,
  concurrency: 2,
  thread: true,
  example: {
    records: [{ name: "  ada LOVELACE ", tags: ["math", "engines"] }],
    operations: [{ op: "squeeze" }, { op: "title", at: ["/name"] }, { op: "upper", at: ["/tags"] }],
  },
});
