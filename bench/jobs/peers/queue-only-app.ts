/** Longshore's own Express app, of which a submission is not committed: it is checked like any other, `queue.add`, 202. */
import { databaseOptions } from "@longshore/shared/config/environment";
import { createDatabase } from "@longshore/shared/db/create-database";
import { toJobRow } from "@longshore/shared/jobs/to-job-row";
import { createLogger } from "@longshore/shared/logger";
import { createRegistry } from "@longshore/shared/metrics/create-registry";
import { createAddressRule } from "@longshore/shared/net/address-rule";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { toJobView } from "@longshore/shared/status/job-view";
import { allowedHosts, rateLimits } from "@longshore/api/config";
import { createAuth } from "@longshore/api/create-auth";
import { describeService } from "@longshore/api/describe-service";
import { createHttpApp } from "@longshore/api/http/create-http-app";
import { listen } from "@longshore/api/http/http-server";
import { limitRate } from "@longshore/api/http/limits/limit-rate";
import { measureRequests } from "@longshore/api/metrics/measure-requests";
import { createSubmitRoutes } from "@longshore/api/routes/submit-jobs";
import { createSystemRoutes } from "@longshore/api/routes/system";
import { createCheckJob } from "@longshore/api/services/check-job";
import { createCheckWebhook } from "@longshore/api/services/check-webhook";
import type { createSubmitJob } from "@longshore/api/services/submit-job";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { readPeerConfig } from "./config.ts";

const name = "queue-only";
const config = readPeerConfig();
const { HOST: host, PORT: port, NAMESPACE: namespace, REDIS_URL: url, MAX_CONNECTIONS: maxConnections } = config;
const log = createLogger(name, config.LOG_LEVEL);
const onError = (error: unknown) => log.warn({ err: error });
const { db } = createDatabase({ ...databaseOptions(config), applicationName: name });
const redis = connectRedis({ url, name, commandTimeoutMs: config.REDIS_COMMAND_TIMEOUT_MS, onError });
const queue = new Queue(name, { connection: new Redis(url, { maxRetriesPerRequest: null }) });
const isAllowed = createAddressRule(config.FETCH_ALLOW_PRIVATE);
const checkJob = createCheckJob({ checkWebhook: createCheckWebhook({ canSign: true, isAllowed }), isAllowed });

const submitJob: ReturnType<typeof createSubmitJob> = async (submission, submitter) => {
  checkJob(submission);
  const job = toJobRow(submission, submitter);
  await queue.add(job.kind, job.payload);
  return { response: { job: toJobView(job), deduplicated: false }, replayed: false };
};

const app = createHttpApp({
  routes: [
    ...createSubmitRoutes({ submitJob, submitBatch: () => Promise.reject(new Error("Nobody submits a batch here")) }),
    ...createSystemRoutes({ checks: {}, isDraining: () => false }),
  ],
  log,
  info: describeService("bench"),
  allowedHosts: allowedHosts(config),
  observers: [measureRequests(createRegistry({ app: name, version: "bench" }))],
  guards: [
    createAuth({ db, redis, log }, { namespace, servesAnyone: true, maxBadKeys: config.MAX_BAD_KEYS }).guard,
    limitRate({ redis, namespace }, rateLimits(config)),
  ],
});
await listen(app, { host, port, log, maxConnections });
