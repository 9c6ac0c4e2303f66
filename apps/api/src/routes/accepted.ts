import type { JobView } from "@longshore/shared/status/job-view";

/** The headers of a 202: where to look, and how soon that is worth it. */
export function acceptedHeaders(job: JobView) {
  return { Location: job.links.self, "Retry-After": 1 };
}

export const acceptedHeaderDocs = {
  Location: "The job's status URL.",
  "Retry-After": "Seconds after which the first look is worth it.",
};
