import type { Db } from "@longshore/shared/db/create-database";
import { endImport } from "@longshore/shared/imports/end-import";
import type { ClaimedChunk } from "./claim-chunk.ts";
import type { SettledChunk } from "./settle-chunk.ts";

/** Ends an import whose chunk cannot be applied: what other chunks applied stays, and is counted. */
export async function failImport(db: Db, chunk: ClaimedChunk): Promise<SettledChunk | undefined> {
  const lastRow = chunk.firstRow + chunk.rows - 1;
  const cause = chunk.lastError ?? "the worker died each time";
  const message = `Rows ${chunk.firstRow} to ${lastRow} were not applied after ${chunk.delivery - 1} deliveries: ${cause}`;

  return db.transaction().execute(async (trx) => {
    const imported = await trx
      .selectFrom("imports")
      .selectAll()
      .where("job_id", "=", chunk.jobId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const { state } = await trx
      .selectFrom("jobs")
      .select("state")
      .where("id", "=", chunk.jobId)
      .executeTakeFirstOrThrow();
    if (state !== "running") return undefined;
    const job = await endImport(trx, imported, { state: "failed", error: { code: "poisoned", message } });
    return { job, imported };
  });
}
