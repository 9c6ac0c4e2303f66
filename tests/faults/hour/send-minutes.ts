import { randomUUID } from "node:crypto";
import { submit } from "../upload.ts";
import type { Sender } from "./create-sender.ts";
import { many } from "./many.ts";
import { mixJobs, type World } from "./mix-jobs.ts";
import { submitAndCancel, submitBatch, submitTwice } from "./submit-jobs.ts";
import { useUser } from "./use-users.ts";
import { follow, poll, wait } from "./watch-jobs.ts";

/** What comes in a minute: about 18 jobs and 5 polls a second, an import every ten seconds. */
async function sendMinute(sender: Sender, world: World): Promise<void> {
  const [jobs] = await Promise.all([
    submitBatch(sender, mixJobs(world)),
    ...many(6, () => submit(sender.url, { group: `${randomUUID()}-`, count: 100 })),
    ...many(30, () => submitTwice(sender)),
    ...many(30, () => submitAndCancel(sender)),
    ...many(10, () => useUser(sender)),
    sender.send("GET", "/v1/jobs?state=failed&tag=team:1&limit=20"),
  ]);
  await Promise.all([
    poll(sender, jobs.slice(0, 60), 5),
    wait(sender, jobs.slice(60, 90)),
    follow(sender, jobs.slice(90, 102)),
  ]);
}

/** What comes in so many minutes, two of them at a time, as fast as it is taken. */
export async function sendMinutes(sender: Sender, world: World, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 2)
    await Promise.all([sendMinute(sender, world), sendMinute(sender, world)]);
}
