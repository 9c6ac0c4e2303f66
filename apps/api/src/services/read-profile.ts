import { z } from "zod";
import type { RowKey } from "@longshore/shared/cache/cache-keys";
import type { Db } from "@longshore/shared/db/create-database";
import { AppError } from "@longshore/shared/errors";
import { noSuchUser } from "./no-such-user.ts";

/** What `users.process` derived from a user. */
export const profileSchema = z
  .object({
    userId: z.int(),
    displayName: z.string(),
    initials: z.string(),
    emailDomain: z.string(),
    processedAt: z.iso.datetime(),
  })
  .meta({
    id: "UserProfile",
    examples: [
      {
        userId: 1,
        displayName: "Ada Lovelace",
        initials: "AL",
        emailDomain: "example.com",
        processedAt: "2026-11-21T10:31:02.118Z",
      },
    ],
  });

/** Reads a user's profile as it was last derived. Throws `not_found`, also for a user that was never processed. */
export function createReadProfile(db: Db) {
  return async function readProfile({ tenant, id }: RowKey): Promise<z.infer<typeof profileSchema>> {
    const found = await db
      .selectFrom("users")
      .leftJoin("user_profiles as profile", (join) =>
        join.onRef("profile.tenant", "=", "users.tenant").onRef("profile.user_id", "=", "users.id"),
      )
      .select(["display_name", "initials", "email_domain", "processed_at"])
      .where("users.tenant", "=", tenant)
      .where("users.id", "=", id)
      .executeTakeFirst();
    if (!found) throw noSuchUser(id);
    const { display_name, initials, email_domain, processed_at } = found;
    if (display_name === null || initials === null || email_domain === null || processed_at === null)
      throw new AppError("not_found", { message: `User ${id} was not processed yet` });
    return {
      userId: id,
      displayName: display_name,
      initials,
      emailDomain: email_domain,
      processedAt: processed_at.toISOString(),
    };
  };
}
