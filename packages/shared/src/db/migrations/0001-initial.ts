import { sql, type Kysely } from "kysely";

const statements = [
  `create table jobs (
    id uuid primary key,
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
    run_at timestamptz,
    result jsonb,
    error jsonb,
    tags jsonb not null,
    revision bigint not null default 1,
    request_id text,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    updated_at timestamptz not null default now()
  ) with (fillfactor = 80)`,
  // What the reconciler walks: only the jobs that are not over.
  `create index jobs_open on jobs (updated_at)
    where state in ('receiving', 'scheduled', 'queued', 'running', 'cancelling')`,

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

  // Keys compare by bytes: the same order on every server, and cheaper than a language's.
  `create table users (
    id bigint generated always as identity primary key,
    email text collate "C" not null unique,
    name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  `create table user_profiles (
    user_id bigint primary key references users on delete cascade,
    display_name text not null,
    initials text not null,
    email_domain text not null,
    processed_at timestamptz not null default now()
  )`,
  `create table cities (
    id bigint generated always as identity primary key,
    name text collate "C" not null,
    country text collate "C" not null,
    admin1 text not null,
    admin2 text not null,
    lat double precision not null check (lat between -90 and 90),
    lng double precision not null check (lng between -180 and 180),
    unique (country, name, lat, lng)
  )`,
  `create table records (
    id bigint generated always as identity primary key,
    data jsonb not null,
    created_at timestamptz not null default now()
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
