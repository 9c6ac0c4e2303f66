import { z } from "zod";
import type { ScheduleRow } from "../db/schema.ts";
import { scheduleOptionsSchema } from "./schedule-options.ts";
import { timetableOf } from "./timetable-of.ts";

const shownRuns = 5;

export const catchUpSchema = z.enum(["skip", "once", "all"]);
export const overlapSchema = z.enum(["allow", "skip"]);

const moment = z.iso.datetime();

const example = {
  id: "01a1fda9-3c1e-7b2a-9d64-2f0f4f1f6a52",
  name: "nightly profiles",
  kind: "users.process",
  payload: { userId: 1 },
  options: {},
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
  intervalMs: null,
  catchUp: "once",
  overlap: "allow",
  paused: false,
  nextRunAt: "2026-11-22T01:30:00.000Z",
  nextRuns: ["2026-11-22T01:30:00.000Z", "2026-11-23T01:30:00.000Z"],
  lastRunAt: "2026-11-21T01:30:00.000Z",
  lastJobId: "01a1fda7-b41d-7772-adca-07dbb68c645d",
  lastError: null,
  createdAt: "2026-11-20T10:31:28.542Z",
  updatedAt: "2026-11-21T01:30:00.113Z",
  links: {
    self: "/v1/schedules/01a1fda9-3c1e-7b2a-9d64-2f0f4f1f6a52",
    lastJob: "/v1/jobs/01a1fda7-b41d-7772-adca-07dbb68c645d",
  },
};

/** A schedule as a client sees it. */
export const scheduleViewSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.string(),
    payload: z.unknown(),
    options: scheduleOptionsSchema,
    cron: z.string().nullable(),
    timeZone: z.string().nullable(),
    intervalMs: z.int().nullable(),
    catchUp: catchUpSchema,
    overlap: overlapSchema,
    paused: z.boolean(),
    nextRunAt: moment.nullable().describe("Null while the schedule is paused."),
    nextRuns: z.array(moment).describe(`The next ${shownRuns} runs. None while the schedule is paused.`),
    lastRunAt: moment.nullable().describe("When the schedule last submitted a job."),
    lastJobId: z.uuid().nullable().describe("That job. It may have been removed since, when its retention ended."),
    lastError: z
      .object({ code: z.string(), message: z.string(), at: moment })
      .nullable()
      .describe("Why the last due run submitted no job; null when it did."),
    createdAt: moment,
    updatedAt: moment,
    links: z.object({ self: z.string(), lastJob: z.string().optional() }),
  })
  .meta({ id: "Schedule", examples: [example] });

export type ScheduleView = z.infer<typeof scheduleViewSchema>;

export function toScheduleView(schedule: ScheduleRow): ScheduleView {
  const runs = listNextRuns(schedule).map((run) => run.toISOString());
  return {
    id: schedule.id,
    name: schedule.name,
    kind: schedule.kind,
    payload: schedule.payload,
    options: schedule.options,
    cron: schedule.cron,
    timeZone: schedule.time_zone,
    intervalMs: schedule.interval_ms,
    catchUp: schedule.catch_up,
    overlap: schedule.overlap,
    paused: schedule.paused,
    nextRunAt: runs[0] ?? null,
    nextRuns: runs,
    lastRunAt: schedule.last_run_at?.toISOString() ?? null,
    lastJobId: schedule.last_job_id,
    lastError: schedule.last_error,
    createdAt: schedule.created_at.toISOString(),
    updatedAt: schedule.updated_at.toISOString(),
    links: {
      self: `/v1/schedules/${schedule.id}`,
      ...(schedule.last_job_id && { lastJob: `/v1/jobs/${schedule.last_job_id}` }),
    },
  };
}

function listNextRuns(schedule: ScheduleRow): Date[] {
  const runs: Date[] = [];
  let run = schedule.paused ? null : schedule.next_run_at;
  if (run === null) return runs;
  const timetable = timetableOf(schedule);
  while (run !== null && runs.length < shownRuns) {
    runs.push(run);
    run = timetable.nextAfter(run);
  }
  return runs;
}
