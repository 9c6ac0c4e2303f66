import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { JobView } from "@longshore/shared/status/job-view";

/** A group of rows: each row's id is in its e-mail address, and each group has rows of its own. */
export type Rows = { group: string; count: number };

/** What became of an upload: a 202, or anything else, a broken connection too. */
export type Outcome = Rows & { job?: JobView; refusal?: string };

export type UploadOptions = {
  idempotencyKey?: string;
  /** Runs when half of the rows were taken by the connection; the other half follows when it resolves. */
  halfWay?: () => Promise<unknown>;
};

const rowsPerPiece = 1_000;

/** Streams a group of rows to the API as NDJSON, on a connection of its own; never rejects. */
export async function upload(
  url: string,
  rows: Rows,
  { idempotencyKey, halfWay }: UploadOptions = {},
): Promise<Outcome> {
  const headers = {
    "content-type": "application/x-ndjson",
    ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
  };
  const sending = request(`${url}/v1/imports/users`, { method: "POST", headers, agent: false });
  // What breaks the connection is the answer.
  sending.on("error", () => {});
  const answer = readAnswer(sending).then(
    (job) => ({ ...rows, job }),
    (error: Error) => ({ ...rows, refusal: error.message }),
  );
  await pipeline(Readable.from(pieces(rows, halfWay), { highWaterMark: 1 }), sending).catch(() => {});
  return answer;
}

async function readAnswer(sending: ClientRequest): Promise<JobView> {
  const [response] = (await once(sending, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode === 202) return JSON.parse(body) as JobView;
  throw new Error(body);
}

/** As `upload`, but for what must be accepted. */
export async function submit(url: string, rows: Rows, options?: UploadOptions): Promise<Outcome & { job: JobView }> {
  const outcome = await upload(url, rows, options);
  if (!outcome.job) throw new Error(`The rows of ${rows.group} were not accepted: ${outcome.refusal}`);
  return { ...outcome, job: outcome.job };
}

async function* pieces({ group, count }: Rows, halfWay?: () => Promise<unknown>): AsyncGenerator<Buffer> {
  const half = Math.floor(count / 2 / rowsPerPiece) * rowsPerPiece;
  for (let from = 0; from < count; from += rowsPerPiece) {
    if (from === half) await halfWay?.();
    let lines = "";
    for (let id = from; id < Math.min(from + rowsPerPiece, count); id += 1)
      lines += `{"email":"${group}${id}@example.com","name":"Row ${id}"}\n`;
    yield Buffer.from(lines);
  }
}
