/** `npm run bench -- NAME [--json] [--rows N] [--rounds N] [--megabytes N]`: measures Longshore beside what a user would otherwise take. */
import { parseArgs } from "node:util";
import { benchApi } from "./api/bench-api.ts";
import { benchImports } from "./imports/bench-imports.ts";
import { benchJobs } from "./jobs/bench-jobs.ts";
import { benchMemory } from "./memory/bench-memory.ts";
import { benchStreams } from "./streams/bench-streams.ts";

const benches = { api: benchApi, imports: benchImports, jobs: benchJobs, memory: benchMemory, streams: benchStreams };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    megabytes: { type: "string", default: "2000" },
  },
});
const name = positionals[0] ?? "";
if (!Object.hasOwn(benches, name))
  throw new Error(`There is no benchmark "${name}"; there are: ${Object.keys(benches).join(", ")}`);

const ratio = await benches[name as keyof typeof benches]({
  rows: Number(values.rows),
  rounds: Number(values.rounds),
  megabytes: Number(values.megabytes),
});
if (values.json) process.stdout.write(`${JSON.stringify({ ratio })}\n`);
