import { z } from "zod";
import { defineJob } from "./define-job.ts";

export const usersProcess = defineJob({
  kind: "users.process",
  summary: "Derives a user's profile (display name, initials, e-mail domain) and stores it.",
  payload: z.strictObject({ userId: z.int().min(1) }),
  result: z.strictObject({ userId: z.int(), displayName: z.string(), initials: z.string(), emailDomain: z.string() }),
  attempts: 5,
  timeoutMs: 30_000,
  concurrency: 20,
  example: { userId: 1 },
});
