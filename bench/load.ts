import { fileURLToPath } from "node:url";
import { captureOutput } from "@longshore/stack/process/capture-output";
import { findOrInstall } from "@longshore/stack/programs/find-or-install";

export type Load = {
  url: string;
  /** What to send as JSON; `{n}` in its text is counted up. */
  body?: unknown;
};
export type Answered = { perSecond: number; p99Ms: number };

const wrk = {
  title: "wrk",
  programs: ["wrk"],
  packages: { "apt-get": ["wrk"], dnf: ["wrk"], apk: ["wrk"] },
} as const;
const script = fileURLToPath(new URL("load.lua", import.meta.url));
const say = (message: string) => process.stderr.write(`${message}\n`);

/**
 * Asks for five seconds as fast as it is answered, over 100 connections, with wrk: it takes a tenth of what a client in
 * JavaScript would take from the servers that are measured beside it. Throws if an answer was no success.
 */
export async function load({ url, body }: Load): Promise<Answered> {
  const { path, failure } = await findOrInstall(wrk, say);
  if (!path) throw new Error("There is no wrk on this machine: sudo apt-get install wrk", { cause: failure });
  const sent = body === undefined ? [] : ["--", JSON.stringify(body)];
  const args = ["-t1", "-c100", "-d5s", "-s", script, url, ...sent];
  const { isOk, output } = await captureOutput(path, args, {});
  if (!isOk) throw new Error(`wrk failed:\n${output}`);
  const { refused, broken, ...answered } = JSON.parse(output.trim().split("\n").at(-1)!) as Answered & Failures;
  if (refused + broken > 0) throw new Error(`${url}: ${refused} answers were no success, ${broken} connections broke`);
  return answered;
}

type Failures = { refused: number; broken: number };
