import type { IncomingHttpHeaders } from "node:http";
import type { Json } from "./http-fixture.ts";
import { parseEvents } from "./open-events.ts";
import { closeAnswers, createCompiler, escapePointer, resolve, type Operation } from "./openapi-document.ts";

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** Headers that are in an answer whenever they are documented; what others depend on, their descriptions say. */
const unconditional = new Set([
  "X-Request-Id",
  "X-Process-Time",
  "Server-Timing",
  "Accept-Encoding",
  "Accept-Patch",
  "Accept-Post",
  "ETag",
  "Location",
  "Vary",
]);

/** Lists how answers differ from what the document says of them: status, headers, content type, and every field of the body. */
export function createAnswerCheck(document: Json): (operation: Operation, answer: Answer) => string[] {
  const compile = createCompiler(closeAnswers(document));

  return ({ name, pointer, said }, answer) => {
    const at = `${pointer}/responses/${answer.status}`;
    const response = said.responses[answer.status];
    if (!response) return [`${answer.status} is not documented for ${name}: ${answer.body}`];
    return [...checkHeaders(response, at, answer), ...checkBody(response, at, answer)];
  };

  function checkHeaders(response: Json, at: string, { status, headers }: Answer): string[] {
    return Object.entries<Json>(response.headers).flatMap(([name, node]) => {
      const value = headers[name.toLowerCase()];
      const isExpected = unconditional.has(name) || (name === "Retry-After" && (status === 429 || status === 503));
      if (value === undefined) return isExpected ? [`${name} is missing`] : [];
      const { type } = resolve(document, node).schema;
      const read = type === "string" ? value : Number(value);
      return find(node.$ref ? `${node.$ref.slice(1)}/schema` : `${at}/headers/${name}/schema`, read, name);
    });
  }

  function checkBody({ content }: Json, at: string, { status, headers, body }: Answer): string[] {
    if (!content) return body === "" ? [] : [`there is a body: ${body}`];
    const type = headers["content-type"]?.split(";")[0] ?? "none";
    if (!content[type]) return [`the content type ${type} is not documented`];
    const place = `${at}/content/${escapePointer(type)}/schema`;
    if (type === "text/event-stream") return find(`${place}/contentSchema`, parseEvents(body), "the events");
    if (type === "application/x-ndjson")
      body
        .split("\n")
        .filter(Boolean)
        .forEach((line) => void JSON.parse(line));
    if (!type.endsWith("json") || type.endsWith("x-ndjson")) return [];
    const parsed = JSON.parse(body);
    const problems = find(place, parsed, "the body");
    if (type !== "application/problem+json") return problems;
    const { status: said, requestId, type: link, code } = parsed;
    if (said !== status || link !== `/errors/${code}`) problems.push(`the problem is not that of ${status}: ${body}`);
    if (requestId !== headers["x-request-id"]) problems.push("the problem has another request id");
    return problems;
  }

  function find(pointer: string, value: unknown, what: string): string[] {
    const validate = compile(pointer);
    if (validate(value)) return [];
    const errors = validate.errors!.map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    return [`${what} is not as documented: ${errors.join(", ")} in ${JSON.stringify(value).slice(0, 2_000)}`];
  }
}
