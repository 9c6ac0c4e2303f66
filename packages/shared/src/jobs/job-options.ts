import { z } from "zod";
import { callableUrlSchema } from "../net/callable-url-schema.ts";

const dayMs = 24 * 60 * 60_000;
/** How far ahead a job may be planned. */
const furthestMs = 365 * dayMs;
const maxTags = 32;

/** The options that say how a job runs, whenever it does: those that a schedule can give its jobs, too. */
export const runOptions = {
  priority: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe("0, the default, goes first, in the order of arrival; of the others the lower number."),
  attempts: z.int().min(1).max(100).optional().describe("How often the handler may fail before the job does."),
  timeoutMs: z.int().min(1).max(dayMs).optional().describe("How long one attempt may take."),
  tags: z
    .record(
      z.string().regex(/^[^:]{1,64}$/, "must be a name of 1 to 64 characters without a colon"),
      z.string().max(256),
    )
    .refine((tags) => Object.keys(tags).length <= maxTags, `must be at most ${maxTags}`)
    .optional()
    .describe(`At most ${maxTags} labels of your own, which lists can be filtered by.`),
  dedupKey: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("While a job of this kind with the same key is not over, that one is answered instead of a new one."),
  webhook: z
    .strictObject({ url: callableUrlSchema.describe("Where to, by http or https.") })
    .optional()
    .describe("Whom to tell when the job is over."),
};

const moment = z.iso.datetime({ offset: true });

/** What a submission may say about how and when its job runs. */
export const jobOptionsSchema = z
  .strictObject({
    delayMs: z.int().min(0).max(furthestMs).optional().describe("Start no sooner than this long from now."),
    runAt: moment
      .optional()
      .describe("Start no sooner than this time, at most 365 days ahead; a time that has passed means now."),
    expiresAt: moment.optional().describe("A job that has not started by then never does: it ends as `expired`."),
    ...runOptions,
  })
  .superRefine(checkTimes);

export type JobOptionsInput = z.output<typeof jobOptionsSchema>;

/** When a job with these options may start, in milliseconds since the epoch; undefined for at once. */
export function findRunTime({ delayMs, runAt }: Pick<JobOptionsInput, "delayMs" | "runAt">, nowMs: number) {
  const runAtMs = runAt === undefined ? nowMs + (delayMs ?? 0) : Date.parse(runAt);
  return runAtMs > nowMs ? runAtMs : undefined;
}

/** How the times fit together, once each is one. */
function checkTimes(options: JobOptionsInput, context: z.RefinementCtx): void {
  const { delayMs, runAt, expiresAt } = options;
  if (context.issues.some(({ path }) => /^(delayMs|runAt|expiresAt)$/.test(String(path?.[0])))) return;
  const refuse = (name: keyof JobOptionsInput, message: string) =>
    context.addIssue({ code: "custom", path: [name], message, input: options[name] });
  const nowMs = Date.now();
  const runAtMs = findRunTime(options, nowMs);

  if (runAt !== undefined && delayMs !== undefined) refuse("runAt", "cannot be given together with delayMs");
  else if (runAtMs !== undefined && runAtMs > nowMs + furthestMs) refuse("runAt", "must be at most 365 days ahead");
  if (expiresAt === undefined) return;
  if (Date.parse(expiresAt) <= nowMs) refuse("expiresAt", "must not have passed");
  else if (runAtMs !== undefined && Date.parse(expiresAt) <= runAtMs)
    refuse("expiresAt", "must be after the time at which the job may start");
}
