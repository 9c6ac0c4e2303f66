import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { parseEvents } from "./open-events.ts";
import type { Json } from "./http-fixture.ts";
import {
  inline,
  createCompiler,
  escapePointer,
  listExamples,
  listOperations,
  readCommitted,
  resolve,
} from "./openapi-document.ts";

/** The committed document, which another test compares with the one that is served. */
let committed: Json;
let document: Json;
let compile: ReturnType<typeof createCompiler>;
beforeAll(async () => {
  committed = await readCommitted();
  document = inline(committed);
  compile = createCompiler(document);
});

type Media = { place: string; pointer: string; type: string; media: Json };

function listMedia(): Media[] {
  const inContent = (place: string, pointer: string, content: Json): Media[] =>
    Object.entries<Json>(content ?? {}).map(([type, media]) => ({
      place: `${place} ${type}`,
      pointer: `${pointer}/content/${escapePointer(type)}`,
      type,
      media,
    }));
  const operations = listOperations(document);
  const ofBodies = operations.flatMap(({ name, pointer, said }) =>
    inContent(`${name} body`, `${pointer}/requestBody`, said.requestBody?.content),
  );
  const ofAnswers = operations.flatMap(({ name, pointer, said }) =>
    Object.entries<Json>(said.responses).flatMap(([status, { content }]) =>
      inContent(`${name} ${status}`, `${pointer}/responses/${status}`, content),
    ),
  );
  const ofWebhooks = Object.entries<Json>(document.webhooks).flatMap(([name, { post }]) =>
    inContent(name, `/webhooks/${name}/post/requestBody`, post.requestBody.content),
  );
  return [...ofBodies, ...ofAnswers, ...ofWebhooks];
}

describe("the document", () => {
  it("is valid by the OpenAPI initiative's own schema", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(committed));
    expect({ valid, errors: errors ?? [] }).toEqual({ valid: true, errors: [] });
  });

  it("breaks no rule that Redocly recommends", async () => {
    const config = await createConfig({ extends: ["recommended"] });
    const problems = await lintFromString({ source: JSON.stringify(committed), config });
    const told = problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer})`);
    expect([...new Set(told)]).toEqual([]);
  });
});

describe("the schemas", () => {
  it("are JSON Schema 2020-12, each of them", () => {
    const names = Object.keys(document.components.schemas);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) compile(`/components/schemas/${name}`);
    for (const { pointer } of listMedia()) compile(`${pointer}/schema`);
    for (const { pointer, said } of listOperations(document))
      for (const index of (said.parameters ?? []).keys()) compile(`${pointer}/parameters/${index}/schema`);
  });

  it("are met by their own examples", () => {
    const wrong: unknown[] = [];
    const visit = (node: Json, pointer: string) => {
      if (typeof node !== "object" || node === null) return;
      for (const example of Array.isArray(node.examples) ? node.examples : []) {
        const validate = compile(pointer);
        if (!validate(example)) wrong.push({ pointer, example, errors: validate.errors });
      }
      for (const [key, value] of Object.entries(node))
        if (key !== "examples" && key !== "example") visit(value, `${pointer}/${escapePointer(key)}`);
    };
    visit(document.paths, "/paths");
    visit(document.components.schemas, "/components/schemas");
    expect(wrong).toEqual([]);
  });
});

describe("the examples", () => {
  it("of bodies and answers meet the schemas that they stand beside", () => {
    const wrong = listMedia().flatMap(({ place, pointer, media }) => {
      const validate = compile(`${pointer}/schema`);
      return listExamples(document, media)
        .filter(([, example]) => !validate(example))
        .map(([name]) => ({ place, name, errors: validate.errors }));
    });
    expect(wrong).toEqual([]);
  });

  it("of headers meet their schemas", () => {
    const headers = listOperations(document).flatMap(({ name, said }) =>
      Object.entries<Json>(said.responses).flatMap(([status, response]) =>
        Object.entries<Json>(response.headers ?? {}).map(([header, node]) => ({
          place: `${name} ${status} ${header}`,
          pointer:
            node.$ref?.slice(1) ??
            `/paths/${escapePointer(name.split(" ")[1]!)}/${name.split(" ")[0]}/responses/${status}/headers/${header}`,
          example: resolve(document, node).example,
        })),
      ),
    );
    const wrong = headers.filter(
      ({ example, pointer }) => example !== undefined && !compile(`${pointer}/schema`)(example),
    );
    expect(wrong).toEqual([]);
  });

  it("of streams consist of what is documented", () => {
    const streams = listMedia().filter(({ type }) => type === "text/event-stream");
    expect(streams.length).toBeGreaterThan(0);
    for (const { media, pointer } of streams) {
      const validate = compile(`${pointer}/schema/contentSchema`);
      const events = parseEvents(media.example);
      expect(events.length, pointer).toBeGreaterThan(0);
      expect(validate(events), JSON.stringify(validate.errors)).toBe(true);
    }
  });
});
