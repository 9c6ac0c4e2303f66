import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { PayloadOf, ResultOf } from "@longshore/shared/jobs/define-job";
import { FetchError } from "../net/fetch-error.ts";
import { RefusedUrlError } from "../net/refused-url-error.ts";
import type { JobContext, JobHandler } from "./define-handler.ts";

type Payload = PayloadOf<Contracts["urls.fetch"]>;
type Item = ResultOf<Contracts["urls.fetch"]>["items"][number];

/** What a stranger's server says about itself, at most. */
const maxSaid = 200;
const maxUrl = 2_048;

export const handleUrlsFetch: JobHandler<Contracts["urls.fetch"]> = async (payload, context) => {
  const { urls, concurrency } = payload;
  const items: Item[] = [];
  let [begun, done] = [0, 0];

  async function fetchInTurn(): Promise<void> {
    while (begun < urls.length) {
      const at = begun++;
      items[at] = await fetchUrl(urls[at]!, payload, context);
      done += 1;
      context.progress(done, urls.length, "urls");
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, urls.length) }, fetchInTurn));

  const succeeded = items.filter((item) => "status" in item && item.status >= 200 && item.status < 300).length;
  return { succeeded, failed: items.length - succeeded, items };
};

async function fetchUrl(url: string, { method, timeoutMs, maxBytes }: Payload, { fetch }: JobContext): Promise<Item> {
  const start = performance.now();
  const durationMs = () => Math.round(performance.now() - start);
  try {
    const answer = await fetch(url, { method, timeoutMs, maxBytes, answerBody: "count" });
    const contentType = answer.headers["content-type"]?.slice(0, maxSaid);
    const finalUrl = answer.url === new URL(url).href ? undefined : answer.url.slice(0, maxUrl);
    return {
      url,
      status: answer.status,
      bytes: answer.bytes,
      durationMs: durationMs(),
      ...(contentType && { contentType }),
      ...(finalUrl && { finalUrl }),
    };
  } catch (error) {
    if (!(error instanceof FetchError || error instanceof RefusedUrlError)) throw error;
    return { url, error: { code: error.code, message: error.message.slice(0, maxSaid) }, durationMs: durationMs() };
  }
}
