import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";

/**
 * Fills a table with jobs of the last 30 days, one after the other: most are over, the newest 200 are not. Half have a tag
 * that many share, every tenth one of its own, the oldest third one that no newer job has.
 */
export async function fillJobs(db: Db, count: number): Promise<void> {
  await sql`
    insert into jobs (id, kind, state, payload, options, max_attempts, tags, error, created_at, finished_at)
    select (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
      case when n % 1000 = 77 then 'records.transform' when n % 10 < 6 then 'sleep' else 'users.process' end,
      state,
      jsonb_build_object('n', n, 'name', (array['alpha', 'bravo', 'charlie', 'delta'])[1 + n % 4] || ' user' || n,
        'email', 'u' || n || '@example.com'),
      '{}', 3,
      case when n <= ${count} / 3 then '{"batch":"old"}'::jsonb else '{}' end
        || case when n % 2 = 0 then jsonb_build_object('team', (array['a', 'b', 'c'])[1 + n % 3]) else '{}' end
        || case when n % 10 = 3 then jsonb_build_object('order', n::text) else '{}' end,
      case when state = 'failed' then jsonb_build_object('code', 'handler_failed', 'message', 'host' || n % 100 || ' answered 503') end,
      to_timestamp(ms / 1000.0), case when state in ('queued', 'running') then null else to_timestamp(ms / 1000.0) end
    from (
      select n, (extract(epoch from now()) * 1000 - (${count} - n) * 30 * 86400000.0 / ${count})::bigint as ms,
        case when n > ${count} - 20 then 'running' when n > ${count} - 200 then 'queued' when n <= 30 then 'expired'
          when n % 200 = 5 then 'cancelled' when n % 33 = 7 then 'failed' else 'succeeded' end as state
      from generate_series(1::bigint, ${count}) as n
    ) as job`.execute(db);
  await sql`vacuum analyze jobs`.execute(db);
}
