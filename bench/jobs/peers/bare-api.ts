/** The API that one would write first: Express, a schema, `queue.add`, 202. And the least that can answer a status poll. */
// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 forwards what they throw.
import type { AddressInfo } from "node:net";
import { Queue } from "bullmq";
import express from "express";
import { Redis } from "ioredis";
import { z } from "zod";

const connection = new Redis(process.argv[2]!, { maxRetriesPerRequest: null });
const queue = new Queue("bare-api", { connection });
await queue.obliterate({ force: true });

const submission = z.strictObject({ kind: z.string(), payload: z.strictObject({ durationMs: z.int() }) });
const app = express();
app.disable("x-powered-by");
app.post("/jobs", express.json(), async (req, res) => {
  const { kind, payload } = submission.parse(req.body);
  const { id } = await queue.add(kind, payload);
  res.status(202).json({ id });
});
app.get("/texts/:key", async (req, res) => {
  res.type("application/json").send(await connection.get(req.params.key));
});

const server = app.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
