import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJson, type Json } from "./http-fixture.ts";
import { inline, listExamples, listOperations, resolve, type Operation } from "./openapi-document.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
let served: Json;
let document: Json;
beforeAll(async () => {
  api = await startApi();
  served = await readJson(await fetch(`${api.url}/openapi.json`));
  document = inline(served);
});
afterAll(() => api.close());

it("docs/openapi.json is what is served; `npm run openapi` renews it", async () => {
  await expect(`${JSON.stringify(served, null, 2)}\n`).toMatchFileSnapshot("../../../docs/openapi.json");
});

describe("the document lacks nothing:", () => {
  const lacking = (find: (operation: Operation) => string[]) =>
    listOperations(document).flatMap((operation) => find(operation).map((what) => `${operation.name}: ${what}`));
  const unless = (isThere: unknown, what: string) => (isThere ? [] : [what]);

  it("the service has a version, a license, a server, and tags that say what they are", () => {
    expect(document.info).toMatchObject({ title: "Longshore", license: { identifier: "MIT" } });
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(document.info.description.length).toBeGreaterThan(100);
    expect(document.servers).toMatchObject([{ url: "/" }]);
    expect(document.tags.filter(({ description }: Json) => !description)).toEqual([]);
  });

  it("each operation has a summary, a tag, and says which key it takes", () => {
    const tags = new Set(document.tags.map(({ name }: Json) => name));
    expect(
      lacking(({ said, path }) => [
        ...unless(said.operationId && said.summary, "its summary"),
        ...unless(said.tags.length > 0 && said.tags.every((tag: string) => tags.has(tag)), "its tag"),
        ...unless(said.security.length > 0 || !path.startsWith("/v1/"), "its security"),
      ]),
    ).toEqual([]);
  });

  it("each parameter says what it is", () => {
    const isSilent = ({ description, schema }: Json) => !(description ?? schema.description);
    expect(lacking(({ said }) => (said.parameters ?? []).filter(isSilent).map(({ name }: Json) => name))).toEqual([]);
  });

  it("each parameter of a path has an example", () => {
    const isBare = ({ in: place, schema }: Json) => place === "path" && !schema.examples;
    expect(lacking(({ said }) => (said.parameters ?? []).filter(isBare).map(({ name }: Json) => name))).toEqual([]);
  });

  it("each body and each answer has a schema and an example", () => {
    const isBare = (media: Json) => !media.schema || listExamples(document, media).length === 0;
    const inContent = (place: string, content: Json) =>
      Object.entries<Json>(content ?? {}).flatMap(([type, media]) => unless(!isBare(media), `${place} as ${type}`));
    expect(
      lacking(({ said }) => [
        ...inContent("its body", said.requestBody?.content),
        ...Object.entries<Json>(said.responses).flatMap(([status, { content }]) => inContent(status, content)),
      ]),
    ).toEqual([]);
  });

  it("each stream says what comes on it", () => {
    expect(
      lacking(({ said }) => {
        const stream = said.responses[200]?.content?.["text/event-stream"];
        return unless(!stream || stream.schema.contentSchema, "its events");
      }),
    ).toEqual([]);
  });

  it("each answer has the headers of all answers, and each that asks to come back says when", () => {
    const always = ["X-Request-Id", "X-Process-Time", "Server-Timing"];
    expect(
      lacking(({ said }) =>
        Object.entries<Json>(said.responses).flatMap(([status, { headers, content }]) => {
          const comesBack = content?.["application/problem+json"] && ["429", "503"].includes(status);
          const expected = [...always, ...(comesBack ? ["Retry-After"] : [])];
          return expected
            .filter((name) => !resolve(document, headers[name])?.description)
            .map((name) => `${name} of ${status}`);
        }),
      ),
    ).toEqual([]);
  });

  const listProblems = ({ said }: Operation) =>
    Object.entries<Json>(said.responses).flatMap(([status, { content }]) => {
      const media = content?.["application/problem+json"];
      return media ? [{ status, media, codes: media.schema.allOf[1].properties.code.enum as string[] }] : [];
    });

  it("each operation has its errors", () => {
    expect(
      lacking((operation) => {
        const codes = new Set(listProblems(operation).flatMap((problem) => problem.codes));
        const expected = ["internal", ...(operation.said.security.length > 0 ? ["unauthenticated", "forbidden"] : [])];
        return expected.filter((code) => !codes.has(code));
      }),
    ).toEqual([]);
  });

  it("each code of an error has a problem of its own as an example", () => {
    expect(
      lacking((operation) =>
        listProblems(operation).flatMap(({ status, media, codes }) => {
          const shown = new Map(listExamples(document, media) as [string, Json][]);
          const isShown = (code: string) => shown.get(code)?.code === code && `${shown.get(code).status}` === status;
          return codes.filter((code) => !isShown(code));
        }),
      ),
    ).toEqual([]);
  });

  it("the webhooks have their message, its headers, and what becomes of each answer", () => {
    const { post } = document.webhooks.jobEnded;
    const required = post.parameters.filter(
      ({ required: isRequired, in: place }: Json) => isRequired && place === "header",
    );
    expect(required.map(({ name }: Json) => name)).toEqual(["webhook-id", "webhook-timestamp", "webhook-signature"]);
    expect(post.requestBody.content["application/json"]).toMatchObject({
      schema: { $ref: "#/components/schemas/WebhookMessage" },
      example: { type: "job.succeeded" },
    });
    expect(Object.keys(post.responses)).toEqual(["410", "2XX", "default"]);
  });
});
