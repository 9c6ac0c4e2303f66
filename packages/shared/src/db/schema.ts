import type { ColumnType, Generated, GeneratedAlways, Insertable, Selectable } from "kysely";
import type { KeyScope } from "../keys/scopes.ts";
import type { JobState } from "../status/job-state.ts";

/** The tables as Kysely sees them. `migrations/` says the same in SQL; both change together. */
export interface Database {
  jobs: JobsTable;
  imports: ImportsTable;
  import_chunks: ImportChunksTable;
  import_rejects: ImportRejectsTable;
  import_keys: ImportKeysTable;
  applied: AppliedTable;
  job_logs: JobLogsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  schedules: SchedulesTable;
  queue_settings: QueueSettingsTable;
  caches: CachesTable;
  idempotency_keys: IdempotencyKeysTable;
  api_keys: ApiKeysTable;
  users: UsersTable;
  user_profiles: UserProfilesTable;
  cities: CitiesTable;
  records: RecordsTable;
}

type Json<T> = ColumnType<T, string, string>;
type NullableJson<T> = ColumnType<T | null, string | null | undefined, string | null>;
type CreatedAt = ColumnType<Date, Date | undefined, never>;
type Moment = ColumnType<Date | null, Date | null | undefined, Date | null>;
/** A bigint that the pool parses to a number: counts of rows and bytes stay far below 2^53. */
type Count = Generated<number>;

export type JobOptions = { timeoutMs?: number };
export type JobError = { code: string; message: string };

interface JobsTable {
  id: string;
  tenant: Generated<string>;
  kind: string;
  state: JobState;
  payload: Json<unknown>;
  options: Json<JobOptions>;
  /** Failures of the handler so far, plus the one under way: what the client calls an attempt. */
  attempt: Generated<number>;
  max_attempts: number;
  /** How often a worker claimed the job; the fence against a worker that lost it. Never falls. */
  delivery: Generated<number>;
  /** The delivery that last settled; `delivery` far ahead of it means that the job kills its workers. */
  settled_delivery: Generated<number>;
  /** The id of the queue entry that carries the job. */
  entry: string | null;
  /** 0 goes first; the higher the number, the later. */
  priority: Generated<number>;
  run_at: Moment;
  /** A job that has not started by then never does. */
  expires_at: Moment;
  /** While a job with this key is pending, the same one is answered to whoever submits another. */
  dedup_key: string | null;
  /** Where to tell that the job is over. */
  webhook: string | null;
  /** The job that tells so; null until there is one. */
  webhook_job_id: string | null;
  schedule_id: string | null;
  result: NullableJson<unknown>;
  error: NullableJson<JobError>;
  tags: Json<Record<string, string>>;
  /** Grows with every committed change that a client can see. */
  revision: Count;
  request_id: string | null;
  traceparent: string | null;
  created_at: CreatedAt;
  started_at: Moment;
  finished_at: Moment;
  updated_at: ColumnType<Date, Date | undefined, Date>;
  /** The state of a job that is over, else null. Indexes have this column and not `state`, so queries should, too. */
  outcome: GeneratedAlways<JobState | null>;
}

export type ImportFormat = "json" | "ndjson" | "csv";
export type OnConflict = "error" | "ignore" | "update";

interface ImportsTable {
  job_id: string;
  dataset: string;
  format: ImportFormat;
  /** The CSV header, in the submitted order; null for JSON. */
  columns: string[] | null;
  on_conflict: OnConflict;
  dry_run: Generated<boolean>;
  /** With more rejects than this, the import fails early; null allows any number. */
  max_rejects: number | null;
  chunks_total: Count;
  /** How many of its chunks may be in the queue at once: chunk n is released when chunk n - release_window is done. */
  release_window: number;
  chunks_done: Count;
  rows_received: Count;
  rows_inserted: Count;
  rows_updated: Count;
  rows_skipped: Count;
  rows_rejected: Count;
  met_duplicates: Generated<boolean>;
  /** The size of the payloads that are not applied yet, compressed. */
  staged_bytes: Count;
  correction_of: string | null;
}

interface ImportChunksTable {
  job_id: string;
  seq: number;
  first_row: number;
  rows: number;
  state: Generated<"pending" | "done">;
  /** The records as they were sent, zstd; null once the chunk is done. */
  payload: Buffer | null;
  delivery: Generated<number>;
  last_error: string | null;
}

/** The keys that a dry run would have written so far. */
interface ImportKeysTable {
  job_id: string;
  key: string;
}

interface ImportRejectsTable {
  job_id: string;
  row: number;
  code: string;
  field: string | null;
  message: string;
  sqlstate: string | null;
  constraint_name: string | null;
  raw: string;
}

interface AppliedTable {
  job_id: string;
  step: string;
  applied_at: CreatedAt;
}

interface IdempotencyKeysTable {
  tenant: string;
  route: string;
  key: string;
  /** SHA-256 of what was sent; null while it is still being received. */
  fingerprint: Buffer | null;
  /** The body that was answered with a 202; null while there is none. */
  response: NullableJson<unknown>;
  /** Until when a request without an answer is believed to be under way. */
  locked_until: Date;
  created_at: CreatedAt;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

interface JobLogsTable {
  job_id: string;
  seq: Generated<number>;
  at: Date;
  level: LogLevel;
  message: string;
  fields: NullableJson<Record<string, unknown>>;
}

interface WebhookDeliveriesTable {
  job_id: string;
  seq: Generated<number>;
  at: Date;
  url: string;
  /** What the receiver answered; null if it did not. */
  status: number | null;
  error: string | null;
  duration_ms: number;
}

export type CatchUp = "skip" | "once" | "all";
export type Overlap = "allow" | "skip";

interface SchedulesTable {
  id: string;
  tenant: Generated<string>;
  name: string;
  kind: string;
  payload: Json<unknown>;
  /** The options of each job, as a client would submit them. */
  options: Json<Record<string, unknown>>;
  cron: string | null;
  /** The IANA name of the time zone that a cron expression is meant in. */
  time_zone: string | null;
  interval_ms: number | null;
  /** What becomes of the runs that nobody was there to start. */
  catch_up: CatchUp;
  /** Whether a run starts while the job of an earlier one is not over. */
  overlap: Overlap;
  paused: Generated<boolean>;
  /** Carries the phase of an interval, also while the schedule is paused. */
  next_run_at: Moment;
  last_run_at: Moment;
  last_job_id: string | null;
  /** Why the last due run submitted no job; null when it did. */
  last_error: NullableJson<JobError & { at: string }>;
  created_at: CreatedAt;
  updated_at: ColumnType<Date, Date | undefined, Date>;
}

interface QueueSettingsTable {
  queue: string;
  paused: Generated<boolean>;
  /** How many jobs of the queue may run at once on all workers together; null for no limit. */
  concurrency: number | null;
  /** At most so many jobs start within `rate_duration_ms`; null for no limit. */
  rate_max: number | null;
  rate_duration_ms: number | null;
  updated_at: ColumnType<Date, Date | undefined, Date>;
}

interface ApiKeysTable {
  /** The part of a key that it is found by. */
  id: string;
  tenant: string;
  /** What the key is for, to a person. */
  name: string;
  /** SHA-256 of the part of a key that nobody else may know. */
  secret_hash: Buffer;
  scopes: KeyScope[];
  created_at: CreatedAt;
  /** Within a minute. */
  last_used_at: Moment;
  /** Null for never. */
  expires_at: Moment;
  revoked_at: Moment;
}

interface CachesTable {
  cache: string;
  /** What is in Redis under an older one is not shown any more. */
  epoch: number;
  suspended_until: Date;
}

interface UsersTable {
  id: Generated<number>;
  tenant: Generated<string>;
  email: string;
  name: string;
  created_at: CreatedAt;
  updated_at: ColumnType<Date, Date | undefined, Date>;
}

interface UserProfilesTable {
  tenant: Generated<string>;
  user_id: number;
  display_name: string;
  initials: string;
  email_domain: string;
  processed_at: ColumnType<Date, Date | undefined, Date>;
}

interface CitiesTable {
  id: Generated<number>;
  tenant: Generated<string>;
  name: string;
  country: string;
  admin1: string;
  admin2: string;
  lat: number;
  lng: number;
}

interface RecordsTable {
  id: Generated<number>;
  tenant: Generated<string>;
  data: Json<Record<string, unknown>>;
  created_at: CreatedAt;
}

export type JobRow = Selectable<JobsTable>;
export type NewJobRow = Insertable<JobsTable>;
export type ImportRow = Selectable<ImportsTable>;
export type RejectRow = Selectable<ImportRejectsTable>;
export type ScheduleRow = Selectable<SchedulesTable>;
export type QueueSettingsRow = Selectable<QueueSettingsTable>;
export type UserRow = Selectable<UsersTable>;
