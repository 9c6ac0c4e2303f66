import type { z } from "zod";
import { createCronTimetable } from "@longshore/shared/schedules/create-cron-timetable";

type Timing = { cron?: string | null; timeZone?: string | null; intervalMs?: number | null };

/** Refuses a schedule that says not, or twice, when it runs, or that never would. */
export function checkTiming(
  timing: { [Name in keyof Timing]?: Timing[Name] | undefined },
  context: z.RefinementCtx,
): void {
  const cron = timing.cron ?? null;
  const timeZone = timing.timeZone ?? null;
  const intervalMs = timing.intervalMs ?? null;
  const refuse = (name: keyof Timing, message: string) =>
    context.addIssue({ code: "custom", path: [name], message, input: timing[name] });

  if (cron === null && intervalMs === null) return refuse("cron", "is required, unless intervalMs is given");
  if (cron !== null && intervalMs !== null) return refuse("intervalMs", "cannot be given together with cron");
  if (cron === null) return timeZone === null ? undefined : refuse("timeZone", "can only be given together with cron");
  if (!isTimeZone(timeZone ?? "UTC")) return refuse("timeZone", "must be an IANA time zone such as Europe/Berlin");
  const problem = findProblem(cron, timeZone ?? "UTC");
  return problem === undefined ? undefined : refuse("cron", problem);
}

function isTimeZone(name: string): boolean {
  // An offset such as +02:00 would do, but knows no summer time: whoever means it says Etc/GMT-2.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

function findProblem(cron: string, timeZone: string): string | undefined {
  try {
    const next = createCronTimetable(cron, timeZone).nextAfter(new Date());
    return next === null ? "never comes: there is no such day" : undefined;
  } catch (error) {
    return `is no cron expression: ${(error as Error).message.replace(/^CronPattern: /, "")}`;
  }
}
