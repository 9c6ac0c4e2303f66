import { setTimeout } from "node:timers/promises";
import type { Redis } from "ioredis";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { call } from "./drive.ts";
import { load, type Answered } from "../load.ts";

/** Status polls of a finished job, beside a route that only returns the same text from Redis. */
export async function measurePolls(
  { apiUrl }: { apiUrl: string },
  peer: { url: string },
  redis: Redis,
): Promise<{ bare: Answered; longshore: Answered }> {
  const { links } = (await call(`${apiUrl}/v1/jobs`, { kind: "sleep", payload: { durationMs: 0 } })) as JobView;
  const url = apiUrl + links.self;
  let text = "";
  do {
    await setTimeout(20);
    text = await (await fetch(url)).text();
  } while (!isTerminal((JSON.parse(text) as JobView).state));

  await redis.set("text", text);
  const bare = await load({ url: `${peer.url}/texts/text` });
  return { bare, longshore: await load({ url }) };
}
