import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { createAnswerCheck } from "../../apps/api/tests/check-answer.ts";
import {
  inline,
  createCompiler,
  listExamples,
  listOperations,
  readCommitted,
  type Operation,
} from "../../apps/api/tests/openapi-document.ts";
import { createExampleFixtures, type ExampleFixtures } from "./example-fixtures.ts";
import { findCommands, type CommandPage } from "./find-commands.ts";
import { startStack, type Stack } from "./start-stack.ts";

const root = resolve(import.meta.dirname, "../..");
const document = inline(await readCommitted());
const check = createAnswerCheck(document);

let database: TestDatabase;
let stack: Stack;
let fixtures: ExampleFixtures;
beforeAll(async () => {
  database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, LONGSHORE_DEMO: "0", FETCH_ALLOW_PRIVATE: "127.0.0.1/32" };
  stack = await startStack({ env });
  fixtures = createExampleFixtures(stack.url);
});
afterAll(async () => {
  await stack?.stop();
  await stack?.remove();
  await database?.close();
});

const compile = createCompiler(document);

/** What is wrong with a value by the schema at a place in the document. */
function problemsOf(pointer: string, value: unknown) {
  const validate = compile(pointer);
  return validate(value) ? [] : validate.errors;
}

describe("what the service sends of itself is what /openapi.json says:", () => {
  // The examples name hosts outside, which the tests do not call.
  afterAll(async () => {
    for (const queue of ["urls.fetch", "webhook.deliver"]) await fixtures.pause(queue);
  });

  it("the message of a webhook, and its headers", async () => {
    const { promise: called, resolve: take } = Promise.withResolvers<{ headers: IncomingHttpHeaders; body: unknown }>();
    await using receiver = createServer((request, response) => {
      void json(request).then((body) => take({ headers: request.headers, body }));
      response.writeHead(204).end();
    });
    await once(receiver.listen(0, "127.0.0.1"), "listening");
    await fixtures.submit({ webhook: { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` } });

    const { headers, body } = await called;
    const at = "/webhooks/jobEnded/post";
    expect(problemsOf(`${at}/requestBody/content/application~1json/schema`, body)).toEqual([]);
    for (const [index, { name }] of document.webhooks.jobEnded.post.parameters.entries())
      expect(problemsOf(`${at}/parameters/${index}/schema`, headers[name]), name).toEqual([]);
  });

  it("the messages of a WebSocket", async () => {
    const { links } = await fixtures.submit({});
    const socket = new WebSocket(stack.url.replace("http", "ws") + links.events);
    const messages: unknown[] = [];
    socket.addEventListener("message", ({ data }) => messages.push(JSON.parse(String(data))));
    await once(socket, "close");
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.flatMap((message) => problemsOf("/components/schemas/JobEvent", message))).toEqual([]);
  });
});

type Example = { operation: Operation; title: string; type?: string; body?: unknown };

/** Every request that the document shows: one for each example of a body, or one without a body. */
function listRequests(operation: Operation): Example[] {
  const content = Object.entries<never>(operation.said.requestBody?.content ?? {});
  if (content.length === 0) return [{ operation, title: operation.name }];
  return content.flatMap(([type, media]) =>
    listExamples(document, media).map(([name, body]) => ({
      operation,
      title: `${operation.name} as ${type}${name === "example" ? "" : `: ${name}`}`,
      type,
      body,
    })),
  );
}

describe("a request that /openapi.json shows is answered as it says:", () => {
  it.each(listOperations(document).flatMap(listRequests))("$title", async ({ operation, type, body }) => {
    const { method, path, said } = operation;
    await fixtures.makeRoomFor(said.operationId);
    const filled = (await fixtures.fill(path)).replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      exampleOf(operation, name),
    );
    const response = await fetch(stack.url + filled, {
      method: method.toUpperCase(),
      ...(type && {
        headers: { "content-type": type },
        body: type === "application/json" ? JSON.stringify(body) : String(body),
      }),
    });
    const answer = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
    expect(check(operation, answer)).toEqual([]);
    const success = Object.keys(said.responses).find((status) => status.startsWith("2"));
    expect(String(answer.status), answer.body).toBe(success);
  });
});

function exampleOf({ said }: Operation, name: string): string {
  const parameter = said.parameters.find((one: { name: string }) => one.name === name);
  return parameter.schema.examples[0];
}

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
const ids = /\/v1\/(jobs|users|schedules)\/(?:[0-9a-f]{8}-[0-9a-f…-]+|\d+)([\w/]*)/g;
const strict = 'set -euo pipefail\ncurl() { command curl --fail-with-body --max-time 30 "$@"; }\n';

/** Once there is a key, nothing goes without one. */
const [open, withKey] = [false, true].map((usesKey) =>
  findCommands().filter(({ script }) => script.includes("$KEY") === usesKey),
) as [CommandPage[], CommandPage[]];

describe.skipIf(!hasCurl)(
  `what a reader is told to run${hasCurl ? "" : " (skipped: there is no curl here)"} works:`,
  () => {
    it.each(open)("$name", async ({ script }) => {
      for (const creation of ["createSchedule", "createUser"]) await fixtures.makeRoomFor(creation);
      let ready = script.replaceAll("http://127.0.0.1:8080", stack.url);
      for (const [place, collection, action = ""] of script.matchAll(ids))
        ready = ready.replace(place, await fixtures.fill(`/v1/${collection}/{id}${action}`));
      expect(run(strict + ready)).toBe("");
    });

    it.each(withKey)("$name, with a key", ({ script }) => {
      const key = "KEY=$(npm run --silent keys -- create --tenant default --name first --scopes admin)\n";
      expect(run(strict + key + script.replaceAll("http://127.0.0.1:8080", stack.url))).toBe("");
    });
  },
);

/** What went wrong, with all that was printed; nothing where nothing did. */
function run(script: string): string {
  try {
    const env = { ...process.env, DATABASE_URL: database.url };
    execFileSync("bash", ["-c", script], { cwd: root, env, stdio: "pipe", timeout: 90_000, encoding: "utf8" });
    return "";
  } catch (error) {
    const { message, stdout } = error as Error & { stdout: string };
    return `${message}\n${stdout}`;
  }
}
