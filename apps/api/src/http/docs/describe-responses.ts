import { errorTitles, type ErrorCode } from "@longshore/shared/errors";
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "zod-openapi";
import { errorStatus } from "../error-status.ts";
import type { ResponseDeclaration, Route } from "../route.ts";
import { commonHeaders } from "./common-headers.ts";
import { routeErrors } from "./route-errors.ts";

const mayPass = new Set([429, 503]);
const retryAfter = { "Retry-After": "Seconds after which to try again." };

/** The responses of a route's operation: those it declares, and its errors grouped by status. */
export function describeResponses(route: Route): ZodOpenApiResponsesObject {
  const declared = Object.entries(route.responses).map(([status, response]) => [status, describeResponse(response)]);
  const byStatus = Map.groupBy(routeErrors(route), (code) => errorStatus[code]);
  const errors = [...byStatus].map(([status, codes]) => [String(status), describeErrors(status, codes)]);
  return Object.fromEntries([...errors, ...declared]);
}

function describeResponse({
  description,
  schema,
  contentTypes,
  headers = {},
  example,
}: ResponseDeclaration): ZodOpenApiResponseObject {
  const types = contentTypes ?? (schema ? ["application/json"] : []);
  const media = { schema: schema ?? { type: "string" as const }, ...(example !== undefined && { example }) };
  return {
    description,
    headers: { ...commonHeaders.references, ...describeHeaders(headers) },
    ...(types.length > 0 && { content: Object.fromEntries(types.map((type) => [type, media])) }),
  };
}

function describeHeaders(headers: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" as const } }]),
  );
}

function describeErrors(status: number, codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTitles[code]}.`).join("\n\n"),
    headers: { ...commonHeaders.references, ...(mayPass.has(status) && describeHeaders(retryAfter)) },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { type: "object", properties: { code: { enum: [...codes] } } },
          ],
        },
      },
    },
  };
}
