import { once } from "node:events";
import { handleUsersProcess as handleWell } from "../../apps/worker/src/jobs/users-process.ts";

/** What a handler can do to its process, by the name of the user for whom it is run. */
const poisons: Record<string, () => void> = {
  "process.exit(0)": () => process.exit(0),
  "process.exit(1)": () => process.exit(1),
  "throw in a timer": () => {
    setTimeout(() => {
      throw new Error("nobody can catch this");
    });
  },
  "fill the heap": () => {
    for (const hoard: object[] = []; ;) hoard.push({ kept: hoard.length });
  },
  "block the event loop": () => {
    for (;;);
  },
};

export const handleUsersProcess: typeof handleWell = async (payload, context) => {
  const { name } = await context.db
    .selectFrom("users")
    .select("name")
    .where("id", "=", payload.userId)
    .executeTakeFirstOrThrow();
  const poison = poisons[name];
  if (!poison) return handleWell(payload, context);
  poison();
  // Its own end never comes.
  await once(context.signal, "abort");
  throw context.signal.reason;
};
