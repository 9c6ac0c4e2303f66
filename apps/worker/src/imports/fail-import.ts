import type { Db } from "@longshore/shared/db/create-database";
import type { ClaimedChunk } from "./claim-chunk.ts";
import type { SettledChunk } from "./settle-chunk.ts";

/** Ends an import whose chunk cannot be applied: what other chunks applied stays, and is counted. */
export async function failImport(db: Db, chunk: ClaimedChunk): Promise<SettledChunk | undefined> {
  const lastRow = chunk.firstRow + chunk.rows - 1;
  const cause = chunk.lastError ?? "the worker died each time";
  const message = `Rows ${chunk.firstRow} to ${lastRow} were not applied after ${chunk.delivery - 1} deliveries: ${cause}`;

  return db.transaction().execute(async (trx) => {
    // Waits for the chunks that are being applied right now; they commit, and stay done.
    await trx
      .updateTable("import_chunks")
      .set({ state: "failed" })
      .where("job_id", "=", chunk.jobId)
      .where("state", "=", "pending")
      .execute();
    const imported = await trx.selectFrom("imports").selectAll().where("job_id", "=", chunk.jobId).executeTakeFirstOrThrow();
    const job = await trx
      .updateTable("jobs")
      .set((eb) => ({
        state: "failed",
        error: JSON.stringify({ code: "poisoned", message }),
        attempt: eb("attempt", "+", 1),
        revision: eb("revision", "+", 1),
        finished_at: new Date(),
        updated_at: new Date(),
      }))
      .where("id", "=", chunk.jobId)
      .where("state", "=", "running")
      .returningAll()
      .executeTakeFirst();
    return job && { job, imported };
  });
}
