import { isRowError } from "@longshore/shared/db/sql-error";
import type { JobsEntryData } from "@longshore/shared/queue/entry";
import { queueFor } from "@longshore/shared/queue/names";
import { isHeld, type ClaimJobs } from "./claim-jobs.ts";
import type { ClaimedJob } from "./claim-rows.ts";
import { consumeEntries, type QueueOptions, type SlottedConsumer } from "./consume-entries.ts";
import { openEnvelope, type Envelope } from "./envelope.ts";
import type { HandBack } from "./hand-back.ts";
import { createJobLine } from "./job-line.ts";
import { judgeFailure } from "./judge-failure.ts";
import { retryWhileUnavailable } from "./retry-while-unavailable.ts";
import { runJob, type HandledKind, type RunJobDeps } from "./run-job.ts";
import type { Outcome, SettleJob } from "./settle-jobs.ts";
import type { Limits } from "./watch-limits.ts";

export type ConsumeJobsDeps = RunJobDeps & {
  queues: QueueOptions;
  claim: ClaimJobs;
  settle: SettleJob;
  handBack: HandBack;
  limits: Pick<Limits, "known" | "isLimited" | "uncount">;
};

/** How long a job may wait here for a slot before it goes back to the queue, for any worker to take. */
const patienceMs = 100;
/** So many deliveries in a row without an outcome may be one job's fault: those that came with it get entries of their own. */
const suspectAfter = 3;

type Reference = { jobId: string; envelope: Envelope };
type Claimed = { job: ClaimedJob; envelope: Envelope };

/**
 * Consumes one kind's queue. A job's way: reference → claim → slot → run → settle. An entry is over when all its jobs are
 * settled or handed back.
 */
export function consumeJobs(deps: ConsumeJobsDeps, kind: HandledKind & { slots: number }): SlottedConsumer {
  const { slots } = kind;
  const queue = queueFor(kind.contract.kind);
  let limitsKnown = false;
  let handingBack = 0;
  const line = createJobLine<Reference, Claimed>({
    slots,
    patienceMs,
    claim,
    async run({ job, envelope }) {
      const outcome = await runJob(deps, kind, job, envelope);
      void conclude(job, outcome, envelope);
    },
    giveUp: (references, together) => void handBack(references, together),
    putBack(claimed) {
      for (const { job, envelope } of claimed) void conclude(job, { state: "queued" }, envelope);
    },
    onRoom: () => consumer.wake(),
  });

  async function claim(references: Reference[]): Promise<Claimed[]> {
    const wanted = references.map(({ jobId, envelope }) => ({ jobId, entry: envelope.id }));
    try {
      const jobs = await retryWhileUnavailable(() => deps.claim(wanted));
      return references.flatMap(({ envelope }, index) => {
        const job = jobs[index];
        if (job === isHeld) envelope.fail(new Error("Somebody holds the job in a transaction"));
        else if (!job) envelope.done();
        else if (isSuspect(job, envelope)) void conclude(job, { state: "queued" }, envelope);
        else return { job, envelope };
        return [];
      });
    } catch (error) {
      for (const { envelope } of references) envelope.fail(error as Error);
      return [];
    }
  }

  function isSuspect(job: ClaimedJob, { jobs }: Envelope): boolean {
    return jobs > 1 && job.delivery - job.settled_delivery > suspectAfter;
  }

  async function conclude(job: ClaimedJob, outcome: Outcome, envelope: Envelope): Promise<void> {
    try {
      await settle(job, outcome);
      envelope.done();
    } catch (error) {
      envelope.fail(error as Error);
    }
  }

  async function settle(job: ClaimedJob, outcome: Outcome): Promise<void> {
    const run = { jobId: job.id, kind: job.kind, delivery: job.delivery };
    try {
      await deps.settle({ ...run, outcome });
    } catch (error) {
      if (outcome.state !== "succeeded" || !isRowError(error)) throw error;
      const refusal = new Error(`The result cannot be stored: ${error.message}`);
      await deps.settle({ ...run, outcome: judgeFailure({ error: refusal, job, contract: kind.contract }) });
    }
  }

  /** A limit of the queue is one on its entries: there each job needs its own. */
  async function divide(references: Reference[]): Promise<void> {
    await deps.limits.uncount(queue);
    await handBack(references, 1);
  }

  async function handBack(references: Reference[], together: number): Promise<void> {
    handingBack += 1;
    try {
      await deps.handBack(
        references.map(({ jobId, envelope }) => ({ jobId, entry: envelope.id })),
        together,
      );
      for (const { envelope } of references) envelope.done();
    } catch (error) {
      for (const { envelope } of references) envelope.fail(error as Error);
    }
    handingBack -= 1;
    consumer.wake();
  }

  const consumer = consumeEntries<JobsEntryData>({
    ...deps.queues,
    queue,
    // What is being handed back comes first: nothing that came later may overtake it.
    hasRoom: (coming) => limitsKnown && handingBack === 0 && line.hasRoom(coming),
    process(entry, lost) {
      const envelope = openEnvelope(entry.id, entry.data.jobs.length, lost);
      const references = entry.data.jobs.map((jobId) => ({ jobId, envelope }));
      if (references.length > 1 && deps.limits.isLimited(queue)) void divide(references);
      else line.add(references);
      return envelope.over;
    },
  });

  async function waitForLimits(): Promise<void> {
    await deps.limits.known;
    limitsKnown = true;
    consumer.wake();
  }
  void waitForLimits();

  return {
    ...consumer,
    queue,
    slots,
    get used() {
      return line.used;
    },
    async close() {
      line.close();
      await consumer.close();
    },
  };
}
