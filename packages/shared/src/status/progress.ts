import { z } from "zod";

/** How far a job is. */
export const progressSchema = z.object({
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  ratio: z.number().min(0).max(1),
  rowsPerSecond: z.number().nullable(),
  etaSeconds: z.number().nullable(),
});

export type Progress = z.infer<typeof progressSchema>;
