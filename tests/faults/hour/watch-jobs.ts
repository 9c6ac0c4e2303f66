import { text } from "node:stream/consumers";
import { once } from "node:events";
import type { JobView } from "@longshore/shared/status/job-view";
import type { Sender } from "./create-sender.ts";

/** Asks for each of these jobs so many times. */
export async function poll({ send }: Sender, jobs: readonly JobView[], times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await Promise.all(jobs.map(({ links }) => send("GET", links.self)));
}

/** Waits for the end of each of these. */
export async function wait({ send }: Sender, jobs: readonly JobView[]): Promise<void> {
  await Promise.all(jobs.map(({ links }) => send("GET", `${links.self}?wait=30`)));
}

/** Follows each to its end, and goes away at once from every other one. */
export async function follow({ open }: Sender, jobs: readonly JobView[]): Promise<void> {
  await Promise.all(
    jobs.map(async ({ links }, index) => {
      const stream = await open("GET", `${links.self}/events`);
      if (index % 2 === 0) return void (await text(stream));
      await once(stream, "data");
      stream.destroy();
    }),
  );
}
