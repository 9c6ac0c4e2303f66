import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow } from "@longshore/shared/db/schema";
import type { Logger } from "@longshore/shared/logger";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import { expiredError } from "./end-errors.ts";
import { startTicker, type Ticker } from "./start-ticker.ts";

export type EndExpiredDeps = { db: Db; board: StatusBoard; flow: Pick<FlowMeter, "countOut">; log: Logger };

const page = 500;
const intervalMs = 1_000;

/** Ends expired jobs every second, until closed. */
export function startExpirer(deps: EndExpiredDeps): Ticker {
  async function run(closing: AbortSignal): Promise<void> {
    while ((await endExpired(deps)) === page && !closing.aborted);
  }
  return startTicker({ name: "expiry", intervalMs, run, log: deps.log });
}

/** Ends jobs that nobody has started in time. Answers how many; there are more if it is 500. */
async function endExpired({ db, board, flow }: Omit<EndExpiredDeps, "log">): Promise<number> {
  const { rows } = await sql<Pick<JobRow, "id" | "kind" | "state">>`
    with late as (
      select id from jobs
      where expires_at <= now() and outcome is null and state in ('scheduled', 'queued') and started_at is null
      order by expires_at limit ${page} for update skip locked
    )
    update jobs set state = 'expired', error = ${JSON.stringify(expiredError)},
      revision = revision + 1, finished_at = now(), updated_at = now()
    from late where jobs.id = late.id
    returning jobs.id, jobs.kind, jobs.state`.execute(db);
  flow.countOut(rows);
  void board.ring(rows.map(({ id }) => id));
  return rows.length;
}
