import type { ReadCacheDeps } from "@longshore/shared/cache/create-read-cache";
import { createRowCache, type RowCacheOptions } from "@longshore/shared/cache/create-row-cache";
import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import type { Route } from "./http/route.ts";
import { createUserRoutes } from "./routes/users.ts";
import { createChangeUser } from "./services/change-user.ts";
import { createCreateUser } from "./services/create-user.ts";
import { createExportUsers } from "./services/export-users.ts";
import { createListUsers } from "./services/list-users.ts";
import { createLoadUsers } from "./services/load-users.ts";
import { createProcessUser } from "./services/process-user.ts";
import { createReadProfile } from "./services/read-profile.ts";
import { createReadUser } from "./services/read-user.ts";
import { createReadUsers } from "./services/read-users.ts";
import { createRemoveUser } from "./services/remove-user.ts";
import type { createSubmitJob } from "./services/submit-job.ts";

export type UsersDeps = { db: Db; redis: RedisClient; log: Logger; submitJob: ReturnType<typeof createSubmitJob> };
export type UsersOptions = {
  namespace: string;
  cache: UserCacheOptions;
};
/** `ttlMs`: how long Redis keeps a user; 0 for no cache. */
export type UserCacheOptions = Pick<ReadCacheDeps, "ttlMs" | "patienceMs"> & Pick<RowCacheOptions, "epochLeaseMs">;

/** Composes users and the cache that they are read through. */
export function createUsers({ db, redis, log, submitJob }: UsersDeps, { namespace, cache }: UsersOptions): Route[] {
  const onError = (error: unknown) => log.warn({ err: error }, "the cache is away");
  const { reader, fence } = createRowCache({ db, redis, onError }, { namespace, ...cache, cache: "users" });
  const readRow = reader({ ...cache, load: createLoadUsers(db) });
  const readUser = createReadUser(readRow);

  return createUserRoutes({
    createUser: createCreateUser(db),
    readUser,
    readUsers: createReadUsers(readRow),
    listUsers: createListUsers(db),
    changeUser: createChangeUser(db, fence),
    removeUser: createRemoveUser(db, fence),
    exportUsers: createExportUsers(db),
    readProfile: createReadProfile(db),
    processUser: createProcessUser({ readUser, submitJob }),
  });
}
