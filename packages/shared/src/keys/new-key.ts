import { z } from "zod";
import { keyScopes } from "./scopes.ts";

/** What has to be said of a key that is to be made. */
export const newKeySchema = z.object({
  tenant: z
    .string({ error: "is missing" })
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, "must be up to 63 letters, digits, `_`, `.` and `-`"),
  name: z
    .string({ error: "is missing" })
    .trim()
    .min(1, "is missing")
    .max(100, "must have at most 100 characters")
    .refine((text) => !/\p{Cc}/u.test(text), "must be a single line"),
  scopes: z
    .array(z.enum(keyScopes, { error: ({ input }) => `"${String(input)}" is none of ${keyScopes.join(", ")}` }))
    .min(1, `is missing: ${keyScopes.join(", ")}, or several of them`)
    .transform((scopes) => [...new Set(scopes)]),
  expiresAt: z.date().nullable(),
});

export type NewKey = z.output<typeof newKeySchema>;
