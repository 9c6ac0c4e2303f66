import { z } from "zod";
import { callableUrlSchema } from "../net/callable-url-schema.ts";
import { defineJob } from "./define-job.ts";

const mebibyte = 1024 * 1024;

const answeredSchema = z.strictObject({
  url: z.string(),
  status: z.int(),
  bytes: z.int().describe("Of the body, inflated."),
  durationMs: z.int(),
  contentType: z.string().optional(),
  finalUrl: z.string().optional().describe("Where the answer came from, if not from `url`."),
});

const unansweredSchema = z.strictObject({
  url: z.string(),
  error: z.strictObject({ code: z.string(), message: z.string() }),
  durationMs: z.int(),
});

export const urlsFetch = defineJob({
  kind: "urls.fetch",
  summary: "Fetches up to 1,000 URLs, a few at a time, and says for each what it answered.",
  payload: z.strictObject({
    urls: z.array(callableUrlSchema).min(1).max(1_000).describe("By http or https, each as often as you like."),
    method: z.enum(["GET", "HEAD"]).default("GET"),
    concurrency: z.int().min(1).max(50).default(10).describe("How many are under way at once."),
    timeoutMs: z.int().min(1).max(60_000).default(10_000).describe("For each URL, redirects included."),
    maxBytes: z
      .int()
      .min(0)
      .max(10 * mebibyte)
      .default(mebibyte)
      .describe("A larger answer, inflated, is an error."),
  }),
  result: z.strictObject({
    succeeded: z.int().describe("How many answered with a status from 200 to 299, after redirects."),
    failed: z.int().describe("How many did not, or answered with another one."),
    items: z.array(z.union([answeredSchema, unansweredSchema])).describe("One for each URL, in their order."),
  }),
  attempts: 3,
  timeoutMs: 60 * 60_000,
  concurrency: 5,
  example: { urls: ["https://example.com/", "https://example.org/"], concurrency: 2 },
});
