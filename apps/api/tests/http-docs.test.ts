import { errorTitles } from "@longshore/shared/errors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJson, startFixture, type Fixture, type Json } from "./http-fixture.ts";
import { inline } from "./openapi-document.ts";

let fixture: Fixture;
let openApi: Json;
beforeAll(async () => {
  fixture = await startFixture();
  openApi = inline(await readJson(await fetch(`${fixture.url}/openapi.json`)));
});
afterAll(() => fixture.close());

describe("/openapi.json", () => {
  test("is an OpenAPI 3.1 document of the service", async () => {
    const { headers } = await fetch(`${fixture.url}/openapi.json`);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(openApi).toMatchObject({ openapi: "3.1.1", info: { title: "Fixture", version: "1.2.3" } });
    expect(openApi.tags).toEqual([{ name: "things" }, { name: "errors" }]);
  });

  test("has every route with its parameters", () => {
    const { get, delete: remove } = openApi.paths["/v1/things/{id}"];
    expect([get.operationId, remove.operationId]).toEqual(["getThing", "deleteThing"]);
    expect(get.parameters).toMatchObject([
      { in: "path", name: "id", required: true, schema: { format: "uuid" } },
      { in: "query", name: "limit", schema: { default: 5, minimum: 1, maximum: 10 } },
      { in: "query", name: "q" },
      { in: "header", name: "prefer" },
    ]);
  });

  test("says what a caller must be allowed", () => {
    expect(openApi.components.securitySchemes.bearer).toMatchObject({ type: "http", scheme: "bearer" });
    expect(openApi.paths["/v1/things"].post.security).toEqual([{ bearer: ["submit"] }]);
    expect(openApi.paths["/errors"].get.security).toEqual([]);
  });

  test("has the bodies with their types, examples and limits", () => {
    const json = openApi.paths["/v1/things"].post;
    expect(json.requestBody.description).toContain("1000 bytes");
    expect(json.requestBody.content["application/json"]).toMatchObject({
      schema: { type: "object", required: ["name"], additionalProperties: false },
      example: { name: "crane" },
    });
    const stream = openApi.paths["/v1/uploads/{mode}"].post;
    expect(Object.keys(stream.requestBody.content)).toEqual(["text/csv", "application/x-ndjson"]);
    expect(stream.requestBody.content["text/csv"].example).toBe("name\nAda\n");
    expect(stream.parameters).toContainEqual(expect.objectContaining({ name: "Content-Encoding", in: "header" }));
  });

  test("has the answers, open to new fields, with the headers that every answer has", () => {
    const { responses } = openApi.paths["/v1/things/{id}"].get;
    expect(responses["200"].content["application/json"].schema).not.toHaveProperty("additionalProperties");
    const common = ["X-Request-Id", "X-Process-Time", "Server-Timing"];
    const limited = [...common, "RateLimit", "RateLimit-Policy"];
    expect(Object.keys(responses["200"].headers)).toEqual([...limited, "ETag"]);
    expect(Object.keys(responses["429"].headers)).toEqual([...limited, "Retry-After"]);
    expect(Object.keys(openApi.paths["/errors"].get.responses["200"].headers)).toEqual(common);
    expect(openApi.components.headers["X-Process-Time"].description).toContain("Milliseconds");
    expect(responses["304"]).not.toHaveProperty("content");
  });

  test("has the errors that a route declares and those that follow from its declaration, by status", () => {
    const { responses } = openApi.paths["/v1/things"].post;
    const codes = Object.entries<typeof openApi>(responses)
      .filter(([, { content }]) => content["application/problem+json"])
      .map(([status, { content }]) => [
        status,
        content["application/problem+json"].schema.allOf[1].properties.code.enum,
      ]);
    expect(Object.fromEntries(codes)).toEqual({
      400: ["invalid_encoding", "invalid_utf8", "malformed_body", "malformed_request", "upload_incomplete"],
      401: ["unauthenticated"],
      403: ["forbidden"],
      408: ["request_timeout"],
      413: ["body_too_large"],
      415: ["unsupported_encoding", "unsupported_media_type"],
      421: ["unknown_host"],
      422: ["validation_failed"],
      429: ["rate_limited"],
      431: ["headers_too_large"],
      500: ["internal"],
      503: ["unavailable"],
    });
    expect(responses["503"].headers).toHaveProperty("Retry-After");
    expect(openApi.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(errorTitles));
  });

  test("refers only to what it has", () => {
    const references = JSON.stringify(openApi).matchAll(/"\$ref":"#\/([^"]+)"/g);
    const isDangling = (path: string) => !path.split("/").reduce((node, key) => node?.[key], openApi);
    expect([...references].map(([, path = ""]) => path).filter(isDangling)).toEqual([]);
  });
});

describe("/docs", () => {
  test("loads scripts from this origin only, and may", async () => {
    const response = await fetch(`${fixture.url}/docs`);
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; /);
    const page = await response.text();
    const scripts = [...page.matchAll(/src="([^"]*)"/g)].map(([, path = ""]) => path);
    expect(scripts.length).toBeGreaterThan(0);
    for (const path of scripts) {
      const script = await fetch(new URL(path, response.url));
      expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    }
    expect(page).not.toMatch(/https?:/);
  });
});

test("every code is listed and explained", async () => {
  const { items } = await readJson(await fetch(`${fixture.url}/errors`));
  expect(items.map(({ code }: { code: string }) => code)).toEqual(Object.keys(errorTitles));
  expect((await fetch(`${fixture.url}/errors/unknown`)).status).toBe(404);
});
