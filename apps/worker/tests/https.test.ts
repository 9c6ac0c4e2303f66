import { randomBytes } from "node:crypto";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { urlsFetch } from "@longshore/shared/jobs/urls-fetch";
import { createAddressRule } from "@longshore/shared/net/address-rule";
import { hasOpenssl } from "@longshore/shared/testing/has-openssl";
import { makeCertificates, type Certificates } from "@longshore/shared/testing/make-certificates";
import { startServer, type TestServer } from "@longshore/shared/testing/start-server";
import { trustAuthority } from "@longshore/shared/testing/trust-authority";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createGuardedAgent } from "../src/net/guarded-agent.ts";
import { createGuardedFetch } from "../src/net/guarded-fetch.ts";
import { newJob } from "./stage.ts";
import { startTestWorker, type TestWorker } from "./start-test-worker.ts";

const allowPrivate = ["127.0.0.1/32"];
const secret = `whsec_${randomBytes(24).toString("base64")}`;

/** Every name leads to that address. */
function fetchAt(address: string) {
  const resolve = async () => [{ address, family: 4 }];
  return createGuardedFetch(createGuardedAgent({ isAllowed: createAddressRule(allowPrivate), resolve }));
}

describe.skipIf(!hasOpenssl())("by https", () => {
  let named: Certificates;
  let server: TestServer;
  let stranger: TestServer;
  const cleanup = new AsyncDisposableStack();
  beforeAll(async () => {
    const folder = cleanup.use(await mkdtempDisposable(join(tmpdir(), "longshore-")));
    const ok = (_request: unknown, response: { end(text: string): void }) => response.end("ok");
    named = makeCertificates(join(folder.path, "named"), "DNS:files.example");
    trustAuthority(named);
    server = cleanup.use(await startServer(ok, { certificates: named }));
    const unknown = makeCertificates(join(folder.path, "unknown"), "DNS:files.example,IP:127.0.0.1");
    stranger = cleanup.use(await startServer(ok, { certificates: unknown }));
  });
  afterAll(() => cleanup.disposeAsync());

  describe("a server", () => {
    it("is called at the name that its certificate is for", async () => {
      const { status, body } = await fetchAt("127.0.0.1")(`https://files.example:${server.port}/named`);
      expect([status, body.toString()]).toEqual([200, "ok"]);
      expect(server.paths).toContain("/named");
    });

    it.each([
      ["at another name", () => `https://other.example:${server.port}/secret`, "Hostname/IP does not match"],
      ["at its address", () => `https://127.0.0.1:${server.port}/secret`, "Hostname/IP does not match"],
      ["when nobody here knows who signed", () => `https://files.example:${stranger.port}/secret`, "unable to verify"],
    ])("is told nothing %s", async (_when, urlOf, message) => {
      await expect(fetchAt("127.0.0.1")(urlOf())).rejects.toMatchObject({
        name: "FetchError",
        code: "connection_failed",
        message: expect.stringContaining(message),
      });
      expect([...server.paths, ...stranger.paths]).not.toContain("/secret");
    });

    it("at an address that may not be called is not even asked for its certificate", async () => {
      await using inside = await startServer(() => {}, { certificates: named, host: "127.0.0.2" });
      await expect(fetchAt("127.0.0.2")(`https://files.example:${inside.port}/`)).rejects.toMatchObject({
        code: "blocked_address",
      });
      expect(inside.connections()).toBe(0);
    });
  });

  describe("a server that cannot be trusted", () => {
    let worker: TestWorker;
    beforeAll(async () => {
      worker = await startTestWorker({ allowPrivate, webhookSecrets: [secret] });
      cleanup.defer(() => worker.close());
    });

    it("is an error of its URL alone, and urls.fetch succeeds", async () => {
      await using open = await startServer((_request, response) => response.end("ok"));
      const job = await worker.run("urls.fetch", { urls: [stranger.url, open.url] });
      expect(job).toMatchObject({ state: "succeeded", attempt: 1 });
      const { items } = urlsFetch.result.parse(job.result);
      expect(items).toMatchObject([{ error: { code: "connection_failed" } }, { status: 200 }]);
    });

    it("is told of no job's end, and tried again later", async () => {
      const job = newJob({ state: "succeeded", finished_at: new Date(), webhook: `${stranger.url}/hook` });
      await worker.database.db.insertInto("jobs").values(job).execute();
      const delivery = await waitFor("the attempt to be over", async () => {
        const deliveries = worker.database.db.selectFrom("jobs").selectAll().where("kind", "=", "webhook.deliver");
        const [first] = await deliveries.execute();
        return first?.error ? first : undefined;
      });
      expect(delivery).toMatchObject({
        state: "queued",
        attempt: 1,
        error: { code: "handler_failed", message: expect.stringContaining("unable to verify") },
      });
      expect(stranger.paths).not.toContain("/hook");
    });
  });
});
