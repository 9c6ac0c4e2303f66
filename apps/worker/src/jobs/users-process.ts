import type { Contracts } from "@longshore/shared/jobs/contracts";
import { UnrecoverableError, type JobHandler } from "./define-handler.ts";

export const handleUsersProcess: JobHandler<Contracts["users.process"]> = async (
  { userId },
  { db, tenant, transaction },
) => {
  const user = await db
    .selectFrom("users")
    .select(["name", "email"])
    .where("tenant", "=", tenant)
    .where("id", "=", userId)
    .executeTakeFirst();
  if (!user) throw new UnrecoverableError(`There is no user ${userId}`);

  const profile = deriveProfile(user);
  const columns = { display_name: profile.displayName, initials: profile.initials, email_domain: profile.emailDomain };
  await transaction("store-profile", (trx) =>
    trx
      .insertInto("user_profiles")
      .values({ tenant, user_id: userId, ...columns, processed_at: new Date() })
      .onConflict((conflict) =>
        conflict.columns(["tenant", "user_id"]).doUpdateSet({ ...columns, processed_at: new Date() }),
      )
      .execute(),
  );
  return { userId, ...profile };
};

/** The profile that follows from a user's name and address. */
export function deriveProfile({ name, email }: { name: string; email: string }) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  return {
    displayName: words.join(" "),
    initials: words.map((word) => String.fromCodePoint(word.codePointAt(0)!).toLocaleUpperCase("en")).join(""),
    emailDomain: email.slice(email.lastIndexOf("@") + 1),
  };
}
