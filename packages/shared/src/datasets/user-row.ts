import { z } from "zod";
import { text } from "./fields.ts";

/** A user as one is sent, by an import or alone. */
export const userRowSchema = z.strictObject({
  email: z.string().max(320).trim().toLowerCase().check(z.email()),
  name: text({ min: 1, max: 200 }),
});
