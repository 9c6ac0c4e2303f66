import type { z } from "zod";
import { userRowSchema } from "@longshore/shared/datasets/user-row";

/** What of a user a client wants changed: some of it. */
export const userChangesSchema = userRowSchema
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, { error: "must have something to change" });

export type UserBody = z.output<typeof userRowSchema>;
export type UserChanges = z.output<typeof userChangesSchema>;
