import { sql, type Kysely } from "kysely";

const statements = [
  `create table jobs (
    id uuid primary key with (fillfactor = 50),
    tenant text not null default 'default',
    kind text not null,
    state text not null check (state in ('receiving', 'scheduled', 'queued', 'running', 'cancelling',
      'succeeded', 'partially_succeeded', 'failed', 'cancelled', 'expired')),
    payload jsonb not null,
    options jsonb not null,
    attempt integer not null default 0,
    max_attempts integer not null,
    delivery integer not null default 0,
    settled_delivery integer not null default 0,
    entry text,
    priority integer not null default 0,
    run_at timestamptz,
    expires_at timestamptz,
    dedup_key text,
    webhook text,
    webhook_job_id uuid,
    schedule_id uuid,
    result jsonb,
    error jsonb,
    tags jsonb not null,
    revision bigint not null default 1,
    request_id text,
    traceparent text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    updated_at timestamptz not null default now(),
    outcome text generated always as (case
      when state in ('succeeded', 'partially_succeeded', 'failed', 'cancelled', 'expired') then state end) stored
  ) with (fillfactor = 50)`,
  // A claim changes no column that an index has: then PostgreSQL keeps the new version on the same page and writes to no index
  // at all, which makes claims three times as cheap. So none has `state`; what is not over is `outcome is null`.
  // Each job comes twice into an index: when it is new, and when it is over. Half of each page is left for that.
  `create index jobs_open on jobs (id) with (fillfactor = 50) where outcome is null`,
  // What is in each queue: how much, and since when the first of it waits.
  `create index jobs_waiting on jobs (kind, run_at, id) where outcome is null`,
  // What lists walk, newest first: an id begins with the time of its creation.
  `create index jobs_by_kind on jobs (tenant, kind, outcome, id)`,
  `create index jobs_by_outcome on jobs (tenant, outcome, id) where outcome is not null`,
  `create index jobs_by_tag on jobs using gin (tags jsonb_path_ops) where tags <> '{}'`,
  // The words of a text search. A large payload has its beginning searched only: there is a limit to how many words an
  // index takes of one row, and beyond it the job could not be settled.
  `create function job_words(kind text, payload jsonb, tags jsonb, error jsonb) returns tsvector
    language sql immutable parallel safe as $$
      select array_to_tsvector(array[kind]) || case
        when length(payload::text) <= 20000
          then jsonb_to_tsvector('simple', '[]'::jsonb || payload || tags || coalesce(error, '{}'), '"string"')
        else to_tsvector('simple', left(payload::text, 20000)) ||
          jsonb_to_tsvector('simple', tags || coalesce(error, '{}'), '"string"')
      end $$`,
  `create index jobs_by_word on jobs using gin (job_words(kind, payload, tags, error)) where outcome is not null`,
  `create unique index jobs_pending_by_dedup_key on jobs (tenant, kind, dedup_key)
    where dedup_key is not null and outcome is null`,
  `create index jobs_expiring on jobs (expires_at) where expires_at is not null and outcome is null`,
  `create index jobs_to_announce on jobs (finished_at)
    where webhook is not null and webhook_job_id is null and finished_at is not null`,

  `create table imports (
    job_id uuid primary key references jobs on delete cascade,
    dataset text not null,
    format text not null check (format in ('json', 'ndjson', 'csv')),
    columns text[],
    on_conflict text not null check (on_conflict in ('error', 'ignore', 'update')),
    dry_run boolean not null default false,
    max_rejects bigint,
    chunks_total integer not null default 0,
    release_window integer not null,
    chunks_done integer not null default 0,
    rows_received bigint not null default 0,
    rows_inserted bigint not null default 0,
    rows_updated bigint not null default 0,
    rows_skipped bigint not null default 0,
    rows_rejected bigint not null default 0,
    met_duplicates boolean not null default false,
    staged_bytes bigint not null default 0,
    correction_of uuid references imports on delete set null
  ) with (fillfactor = 50)`,
  // What the removal of an import looks for: those that correct it.
  `create index imports_by_corrected on imports (correction_of) where correction_of is not null`,
  // What admission adds up: only the imports that still hold payloads.
  `create index imports_staged on imports (job_id) include (staged_bytes) where staged_bytes > 0`,
  `create table import_chunks (
    job_id uuid not null references imports on delete cascade,
    seq integer not null,
    first_row bigint not null,
    rows integer not null,
    state text not null default 'pending' check (state in ('pending', 'done')),
    payload bytea,
    delivery integer not null default 0,
    last_error text,
    primary key (job_id, seq)
  )`,
  // The payload is compressed already: PostgreSQL should not try again.
  `alter table import_chunks alter column payload set storage external`,
  `create table import_rejects (
    job_id uuid not null references imports on delete cascade,
    row bigint not null,
    code text not null,
    field text,
    message text not null,
    sqlstate text,
    constraint_name text,
    raw text not null,
    primary key (job_id, row)
  )`,
  `create unlogged table import_keys (
    job_id uuid not null,
    key text collate "C" not null,
    primary key (job_id, key)
  )`,
  `create table applied (
    job_id uuid not null references jobs on delete cascade,
    step text not null,
    applied_at timestamptz not null default now(),
    primary key (job_id, step)
  )`,
  `create table idempotency_keys (
    tenant text not null,
    route text not null,
    key text not null,
    fingerprint bytea,
    response jsonb,
    locked_until timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (tenant, route, key)
  )`,
  `create index idempotency_keys_oldest on idempotency_keys (created_at)`,

  `create table job_logs (
    job_id uuid not null references jobs on delete cascade,
    seq bigint generated always as identity,
    at timestamptz not null,
    level text not null check (level in ('debug', 'info', 'warn', 'error')),
    message text not null,
    fields jsonb,
    primary key (job_id, seq)
  )`,
  `create table webhook_deliveries (
    job_id uuid not null references jobs on delete cascade,
    seq bigint generated always as identity,
    at timestamptz not null,
    url text not null,
    status integer,
    error text,
    duration_ms integer not null,
    primary key (job_id, seq)
  )`,
  `create table schedules (
    id uuid primary key,
    tenant text not null default 'default',
    name text not null,
    kind text not null,
    payload jsonb not null,
    options jsonb not null,
    cron text,
    time_zone text,
    interval_ms bigint,
    catch_up text not null check (catch_up in ('skip', 'once', 'all')),
    overlap text not null check (overlap in ('allow', 'skip')),
    paused boolean not null default false,
    next_run_at timestamptz,
    last_run_at timestamptz,
    last_job_id uuid,
    last_error jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant, name),
    check ((cron is null) <> (interval_ms is null))
  )`,
  `create index schedules_due on schedules (next_run_at) where not paused`,
  `create table queue_settings (
    queue text primary key,
    paused boolean not null default false,
    concurrency integer,
    rate_max integer,
    rate_duration_ms integer,
    updated_at timestamptz not null default now(),
    check ((rate_max is null) = (rate_duration_ms is null))
  )`,
  `create table caches (
    cache text primary key,
    epoch bigint not null,
    suspended_until timestamptz not null
  )`,

  `create table api_keys (
    id text primary key,
    tenant text not null,
    name text not null,
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    scopes text[] not null check (cardinality(scopes) > 0 and scopes <@ array['read', 'submit', 'admin']),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,

  // The rows of a dataset belong to a tenant, which comes first in every key. Keys compare by bytes: the same order on every server, and cheaper than a language's.
  `create table users (
    id bigint generated always as identity,
    tenant text collate "C" not null default 'default',
    email text collate "C" not null,
    name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant, id),
    unique (tenant, email)
  )`,
  `create table user_profiles (
    tenant text collate "C" not null default 'default',
    user_id bigint not null,
    display_name text not null,
    initials text not null,
    email_domain text not null,
    processed_at timestamptz not null default now(),
    primary key (tenant, user_id),
    foreign key (tenant, user_id) references users on delete cascade
  )`,
  `create table cities (
    id bigint generated always as identity,
    tenant text collate "C" not null default 'default',
    name text collate "C" not null,
    country text collate "C" not null,
    admin1 text not null,
    admin2 text not null,
    lat double precision not null check (lat between -90 and 90),
    lng double precision not null check (lng between -180 and 180),
    primary key (tenant, id),
    unique (tenant, country, name, lat, lng)
  )`,
  `create table records (
    id bigint generated always as identity,
    tenant text collate "C" not null default 'default',
    data jsonb not null,
    created_at timestamptz not null default now(),
    primary key (tenant, id)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
