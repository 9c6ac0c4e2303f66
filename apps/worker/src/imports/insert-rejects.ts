import { sql, type Transaction } from "kysely";
import type { Database } from "@longshore/shared/db/schema";
import type { ClaimedChunk } from "./claim-chunk.ts";
import type { Refusal } from "./validate-rows.ts";

/** Writes the refused rows of a chunk with their numbers in the whole import and as they were sent. */
export async function insertRejects(
  trx: Transaction<Database>,
  chunk: ClaimedChunk,
  refused: readonly Refusal[],
  raw: readonly string[],
): Promise<void> {
  await sql`
    insert into import_rejects (job_id, row, code, field, message, sqlstate, constraint_name, raw)
    select ${chunk.jobId}, reject.* from unnest(
      ${refused.map(({ index }) => chunk.firstRow + index)}::bigint[],
      ${refused.map(({ code }) => code)}::text[],
      ${refused.map(({ field }) => field && storable(field))}::text[],
      ${refused.map(({ message }) => storable(message))}::text[],
      ${refused.map(({ sqlstate }) => sqlstate)}::text[],
      ${refused.map(({ constraint }) => constraint)}::text[],
      ${refused.map(({ index }) => storable(raw[index]!))}::text[]
    ) as reject`.execute(trx);
}

/** PostgreSQL's text holds no NUL: the replacement character stands for it. */
function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}
