import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { draftJob } from "./draft-job.ts";
import { insertInOrder } from "./insert-in-order.ts";
import { nameJob, type JobNames } from "./name-job.ts";

const contractMap = "packages/shared/src/jobs/contracts.ts";
const handlerMap = "apps/worker/src/jobs/handlers.ts";

const importLine = /^import \{ \w+ \} from "\.\/([\w-]+)\.ts";$/;
const contractLine = /^ {2}"?([\w.-]+)"?(?:: \w+)?,$/;
const handlerLine = /^ {4}"?([\w.-]+)"?: .+,$/;

/**
 * Writes a new kind into the checkout at `root`: its files, and its lines in both maps. Answers the paths of all that it
 * wrote. Throws, and writes nothing, when the name is none or taken.
 */
export function writeJob(kind: string, root: string): string[] {
  const names = nameJob(kind);
  const drafts = draftJob(names);
  const taken = drafts.find(({ path }) => existsSync(join(root, path)));
  if (taken) throw new Error(`There is ${taken.path} already. A kind's name stays for good: choose another one.`);

  const changed = [
    { path: contractMap, text: addContract(readFileSync(join(root, contractMap), "utf8"), names) },
    { path: handlerMap, text: addHandler(readFileSync(join(root, handlerMap), "utf8"), names) },
  ];
  const all = [...drafts, ...changed];
  for (const { path, text } of all) writeFileSync(join(root, path), text);
  return all.map(({ path }) => path);
}

function addContract(text: string, { kind, file, contract }: JobNames): string {
  const imported = insertInOrder(text, `import { ${contract} } from "./${file}.ts";`, importLine);
  return insertInOrder(imported, `  "${kind}": ${contract},`, contractLine);
}

function addHandler(text: string, { kind, file, handler }: JobNames): string {
  const imported = insertInOrder(text, `import { ${handler} } from "./${file}.ts";`, importLine);
  return insertInOrder(imported, `    "${kind}": ${handler},`, handlerLine);
}
