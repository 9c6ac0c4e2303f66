import { z } from "zod";

const example = { seq: 41, at: "2026-11-21T10:29:48.720Z", level: "warn", message: "slow", fields: { ms: 900 } };

export const logLevels = ["debug", "info", "warn", "error"] as const;

/** A line that a handler logged. `seq` grows from line to line of a job, not always by one. */
export const logLineSchema = z
  .object({
    seq: z.int(),
    at: z.iso.datetime(),
    level: z.enum(logLevels),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: "LogLine", examples: [example] });

export type LogLine = z.infer<typeof logLineSchema>;

type LogRow = Omit<LogLine, "at"> & { at: Date };

export function toLogLine({ seq, at, level, message, fields }: LogRow): LogLine {
  return { seq, at: at.toISOString(), level, message, fields };
}
