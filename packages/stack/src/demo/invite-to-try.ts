import type { Say } from "../terminal/say.ts";

/** Where to look, and two commands to paste into another terminal. */
export function inviteToTry(apiUrl: string, { needsKey }: { needsKey: boolean }, say: Say): void {
  const key = needsKey ? ` -H "authorization: Bearer $KEY"` : "";
  say(`
API       ${apiUrl}
Docs      ${apiUrl}/docs
Health    ${apiUrl}/health

Try it in another terminal: import two users, then look at the job.

  job=$(printf '%s\\n' '{"email":"ada@example.com","name":"Ada Lovelace"}' '{"email":"alan@example.com","name":"Alan Turing"}' |
    curl -sS${key} -H 'content-type: application/x-ndjson' --data-binary @- '${apiUrl}/v1/imports/users?onConflict=ignore' |
    tee /dev/stderr | sed 's/.*"self":"\\([^"]*\\)".*/\\1/')
  curl -sS${key} "${apiUrl}$job"

Ctrl-C stops everything in good order.`);
}
