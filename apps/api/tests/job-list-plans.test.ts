import { Kysely, PostgresDialect, sql, type CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "@longshore/shared/db/schema";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { findJobIds } from "../src/services/find-job-ids.ts";
import type { JobFilter } from "../src/services/job-filter.ts";
import { fillJobs } from "./fill-jobs.ts";

const count = 20_000;
const limit = 50;

let database: TestDatabase;
/** The same database; what is sent to it is kept in `sent`. */
let watched: Kysely<Database>;
const sent: CompiledQuery[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ max: 2 });
  await fillJobs(database.db, count);
  watched = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: database.pool }),
    log: ({ query }) => void sent.push(query),
  });
});
afterAll(() => database.close());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

const filters: [string, Omit<JobFilter, "tenant">][] = [
  ["nothing", {}],
  ["a kind of many", { kind: "sleep" }],
  ["a kind of few", { kind: "records.transform" }],
  ["a kind of none", { kind: "import" }],
  ["a state of many", { states: ["succeeded"] }],
  ["a state of few, all old", { states: ["expired"] }],
  ["states that are not over", { states: ["queued", "running"] }],
  ["states of both sorts", { states: ["running", "failed"] }],
  ["a state of a kind", { kind: "users.process", states: ["failed"] }],
  ["a kind and a state that hardly meet", { kind: "records.transform", states: ["expired", "cancelled"] }],
  ["a tag of many", { tags: { team: "a" } }],
  ["a tag of one", { tags: { order: "10003" } }],
  ["a tag of none", { tags: { order: "no" } }],
  ["a tag of many, all old", { tags: { batch: "old" } }],
  ["two tags", { tags: { batch: "old", team: "b" } }],
  ["a tag and a state", { tags: { batch: "old" }, states: ["failed"] }],
  ["a tag and a kind", { tags: { team: "c" }, kind: "records.transform" }],
  ["a time", { createdAfter: daysAgo(20), createdBefore: daysAgo(19) }],
  ["a time before all", { createdBefore: daysAgo(100) }],
  ["a time, a kind and a tag", { createdBefore: daysAgo(25), kind: "sleep", tags: { team: "a" } }],
  ["a word of many", { q: "alpha" }],
  ["the beginning of a word of all", { q: "user" }],
  ["a word of one", { q: "user10003" }],
  ["the beginning of an e-mail address", { q: "u10003@exam" }],
  ["a word of none", { q: "zebra" }],
  ["a word of many, all old", { q: "old" }],
  ["two words", { q: "bravo user100" }],
  ["a word of an error", { q: "host7 503" }],
  ["a word and a state", { q: "delta", states: ["failed", "queued"] }],
  ["a word and a tag", { q: "charlie", tags: { batch: "old" } }],
  [
    "all at once",
    { kind: "sleep", states: ["failed", "succeeded"], tags: { team: "a" }, createdAfter: daysAgo(29), q: "user" },
  ],
];

type Plan = { "Node Type": string; "Relation Name"?: string; "Actual Rows": number; Plans?: Plan[] };

/** Sends again what was sent, but has it explained as it runs. */
async function explain(queries: readonly CompiledQuery[]): Promise<Plan[]> {
  const client = await database.pool.connect();
  const plans: Plan[] = [];
  try {
    for (const query of queries) {
      const asItIs = /^(begin|commit|start|set)\b/.test(query.sql) || query.sql.includes("set_config");
      const text = asItIs ? query.sql : `explain (analyze, format json) ${query.sql}`;
      const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(text, [...query.parameters]);
      if (!asItIs) plans.push(rows[0]!["QUERY PLAN"][0].Plan);
    }
  } finally {
    client.release();
  }
  return plans;
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** The same list, in the plainest words. */
async function findPlainly(filter: Omit<JobFilter, "tenant">, after?: string): Promise<string[]> {
  const words = filter.q?.split(" ").map((word) => `'${word}':*`);
  const { rows } = await sql<{ id: string }>`
    select id from jobs where tenant = 'default'
      and ${filter.kind ?? null}::text is not distinct from case when ${filter.kind === undefined} then null else kind end
      and (${filter.states === undefined} or state = any(${filter.states ?? []}::text[]))
      and tags @> ${JSON.stringify(filter.tags ?? {})}::jsonb
      and created_at >= ${filter.createdAfter ?? new Date(0)} and created_at < ${filter.createdBefore ?? daysAgo(-1)}
      and (${words === undefined} or job_words(kind, payload, tags, error) @@ ${words?.join(" & ") ?? ""}::tsquery)
      and id < ${after ?? "ffffffff-ffff-ffff-ffff-ffffffffffff"}
    order by id desc limit ${limit}`.execute(database.db);
  return rows.map(({ id }) => id);
}

describe.each(filters)("a list by %s", (_what, filter) => {
  it("has what there is, on each page", async () => {
    let after: string | undefined;
    for (let page = 1; page <= 3; page += 1) {
      const ids = await findJobIds(database.db, { tenant: "default", ...filter }, { limit, after });
      expect(ids).toEqual(await findPlainly(filter, after));
      after = ids.at(-1);
      if (after === undefined) break;
    }
  });

  it("goes by indexes and sorts no more than it must", async () => {
    sent.length = 0;
    await findJobIds(watched, { tenant: "default", ...filter }, { limit, after: undefined });
    const nodes = (await explain(sent)).flatMap(nodesOf);
    expect(nodes.length).toBeGreaterThan(0);
    expect(nodes.map((node) => node["Node Type"])).not.toContain("Seq Scan");
    const sorted = nodes
      .filter((node) => node["Node Type"] === "Sort")
      .flatMap((node) => node.Plans!.map((input) => input["Actual Rows"]));
    // The ends of up to six stretches; or what a tag or a word has, which is more only where none of the newest has it.
    const bound = filter.tags?.["batch"] || filter.q === "old" ? count / 3 : 6 * limit;
    for (const rows of sorted) expect(rows).toBeLessThanOrEqual(bound);
  });
});

it("another tenant's jobs are not listed", async () => {
  expect(await findJobIds(database.db, { tenant: "other" }, { limit, after: undefined })).toEqual([]);
  expect(await findJobIds(database.db, { tenant: "other", q: "alpha" }, { limit, after: undefined })).toEqual([]);
});
