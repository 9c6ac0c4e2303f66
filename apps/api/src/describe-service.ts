import { webhooks } from "./webhooks.ts";
import type { ServiceInfo } from "./http/docs/create-openapi.ts";

const description = `\
Send rows or jobs and get \`202 Accepted\` with a URL; workers do the work; read the URL until the work is over.

- **A 202 is durable**: what is accepted was committed before the answer. Every row of an import is applied exactly once.
- **Once**: a request with an \`Idempotency-Key\` that is sent again is answered again, and not done again.
- **Errors** are \`application/problem+json\` with a stable \`code\`, which \`/errors/{code}\` explains, and with pointers to
  what is wrong. What may pass says in \`Retry-After\` when.
- **Lists** are \`{"items": […], "nextCursor": …}\`. Ask for the next page with \`?cursor=\`, until it is null.
- **Times** are RFC 3339. Answers may gain fields: ignore those that you do not know.
- **Every answer** has \`X-Request-Id\`, which the logs have too, \`X-Process-Time\` and \`Server-Timing\`.
- \`HEAD\` works wherever \`GET\` does, and \`OPTIONS\` tells what a path allows.`;

/** What `/openapi.json` says of the service as a whole. */
export function describeService(version: string): ServiceInfo {
  return {
    title: "Longshore",
    version,
    summary: "Durable batch inserts and background jobs over HTTP.",
    description,
    license: { name: "MIT", identifier: "MIT" },
    tags: {
      imports: "Many rows at once, into a dataset. An import is a job, and has its status URL.",
      jobs: "Work that is done in the background: submit it, wait for it, follow it, find it again, have it end.",
      schedules: "Jobs that are submitted again and again, by a cron expression or at an interval.",
      datasets: "Where rows can be imported into, and what is there.",
      users: "The people of the dataset `users`, one by one.",
      kinds: "What jobs there are, with the schemas of what they take and return.",
      queues: "What waits, and how it is held back.",
      workers: "Who works.",
      errors: "Every code that a problem can have, explained.",
      system: "For what runs this service: whether it lives, is ready, and what it needs.",
    },
    webhooks,
  };
}
