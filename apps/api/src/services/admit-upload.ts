import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { AppError } from "@longshore/shared/errors";

export type AdmissionLimits = {
  /** How many uploads this process takes at once, and how many of one tenant. */
  maxUploads: number;
  maxUploadsPerTenant: number;
  /** How many bytes of compressed chunks may wait to be applied, and how many of one tenant. */
  maxStagedBytes: number;
  maxStagedBytesPerTenant: number;
};

export type Admission = Disposable & {
  /** To be called again while the upload grows. Throws as `admit` does. */
  check(): Promise<void>;
};

export type AdmitUpload = {
  admit(tenant: string): Promise<Admission>;
  /** How many uploads are under way. */
  count(): number;
};

/**
 * Lets uploads in until there are as many, or as much waits, as the service or the tenant may have; then throws
 * `overloaded` or `quota_exceeded`, before anything breaks.
 */
export function createAdmitUpload(db: Db, limits: AdmissionLimits): AdmitUpload {
  const uploads = new Map<string, number>();
  const uploadsOf = (tenant: string) => uploads.get(tenant) ?? 0;

  async function checkStaged(tenant: string): Promise<void> {
    const { rows } = await sql<{ all: number; own: number }>`
      select coalesce(sum(staged_bytes), 0)::bigint as all,
        coalesce(sum(staged_bytes) filter (where jobs.tenant = ${tenant}), 0)::bigint as own
      from imports join jobs on jobs.id = imports.job_id
      where staged_bytes > 0`.execute(db);
    const { all, own } = rows[0]!;
    if (own > limits.maxStagedBytesPerTenant) throw quotaExceeded("Too much of yours waits to be applied", 5);
    if (all > limits.maxStagedBytes) throw overloaded("Too much waits to be applied", 5);
  }

  const count = () => uploads.values().reduce((sum, ofTenant) => sum + ofTenant, 0);

  async function admit(tenant: string): Promise<Admission> {
    if (uploadsOf(tenant) >= limits.maxUploadsPerTenant)
      throw quotaExceeded("Too many uploads of yours are under way", 1);
    if (count() >= limits.maxUploads) throw overloaded("Too many uploads are under way", 1);

    uploads.set(tenant, uploadsOf(tenant) + 1);
    const admission: Admission = {
      check: () => checkStaged(tenant),
      [Symbol.dispose]() {
        const left = uploadsOf(tenant) - 1;
        if (left > 0) uploads.set(tenant, left);
        else uploads.delete(tenant);
      },
    };
    try {
      await admission.check();
      return admission;
    } catch (error) {
      admission[Symbol.dispose]();
      throw error;
    }
  }

  return { admit, count };
}

function overloaded(message: string, retryAfterSeconds: number): AppError {
  return new AppError("overloaded", { message, retryAfterSeconds });
}

function quotaExceeded(message: string, retryAfterSeconds: number): AppError {
  return new AppError("quota_exceeded", { message, retryAfterSeconds });
}
