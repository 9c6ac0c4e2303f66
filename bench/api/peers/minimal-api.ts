/** The least that Express can do with users: one route that answers what Redis has, one that inserts a row. */
// oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 forwards what they throw.
import type { AddressInfo } from "node:net";
import express from "express";
import { Redis } from "ioredis";
import pg from "pg";

const { redisUrl, databaseUrl } = JSON.parse(process.argv[2]!) as { redisUrl: string; databaseUrl: string };
const redis = new Redis(redisUrl);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

const app = express();
app.disable("x-powered-by");
app.get("/users/:id", async (req, res) => {
  res.type("application/json").send(await redis.get(`users:${req.params.id}`));
});
app.post("/users", express.json(), async (req, res) => {
  const { email, name } = req.body as { email: string; name: string };
  const { rows } = await pool.query(
    "insert into users (email, name) values ($1, $2) returning id, email, name, created_at, updated_at",
    [email, name],
  );
  res.status(201).json(rows[0]);
});

const server = app.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
