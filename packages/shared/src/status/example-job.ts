const self = "/v1/jobs/01a1fda7-b41d-7772-adca-07dbb68c645d";

/** A job that is over, as a client sees it: for documents. */
export const exampleJob = {
  id: "01a1fda7-b41d-7772-adca-07dbb68c645d",
  kind: "users.process",
  state: "succeeded",
  attempt: 1,
  maxAttempts: 5,
  priority: 0,
  progress: null,
  createdAt: "2026-11-21T10:29:48.704Z",
  runAt: null,
  expiresAt: null,
  startedAt: "2026-11-21T10:29:48.711Z",
  finishedAt: "2026-11-21T10:29:48.733Z",
  result: { userId: 1, displayName: "Ada Lovelace", initials: "AL", emailDomain: "example.com" },
  error: null,
  tags: { team: "a" },
  dedupKey: null,
  webhook: null,
  scheduleId: null,
  links: { self, events: `${self}/events`, logs: `${self}/logs` },
};
