import { errorTitles, type ErrorCode } from "@longshore/shared/errors";
import type { ZodOpenApiResponseObject } from "zod-openapi";
import { errorStatus } from "../error-status.ts";
import { costOf } from "../limits/cost-of.ts";
import type { Route } from "../route.ts";
import { commonHeaders } from "./common-headers.ts";
import { describeHeaders } from "./describe-headers.ts";
import { errorHeaders } from "./error-headers.ts";
import { problemExamples } from "./problem-examples.ts";
import { routeErrors } from "./route-errors.ts";

type ErrorResponse = { status: number; codes: readonly ErrorCode[]; route: Route };

/** The errors of routes, grouped by status. Many routes have the same: as components, and as references to them. */
export const errorResponses = {
  components: (routes: readonly Route[]): Record<string, ZodOpenApiResponseObject> =>
    Object.fromEntries(routes.flatMap(listErrors).map((error) => [nameOf(error), describe(error)])),
  references: (route: Route): Record<string, { $ref: string }> =>
    Object.fromEntries(
      listErrors(route).map((error) => [error.status, { $ref: `#/components/responses/${nameOf(error)}` }]),
    ),
};

function listErrors(route: Route): ErrorResponse[] {
  const byStatus = Map.groupBy(routeErrors(route), (code) => errorStatus[code]);
  return [...byStatus].map(([status, codes]) => ({ status, codes, route }));
}

/** By what decides of it, so that the same name is the same response. */
function nameOf({ status, codes, route }: ErrorResponse): string {
  const marks = [...(costOf(route) > 0 ? [] : ["unlimited"]), ...(status === 415 ? [route.method] : [])];
  return [codes.join("-"), ...marks].join(".");
}

function describe({ status, codes, route }: ErrorResponse): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTitles[code]}.`).join("\n\n"),
    headers: { ...commonHeaders.referencesOf(route), ...describeHeaders(errorHeaders(status, route.method)) },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { type: "object", properties: { code: { enum: [...codes] } } },
          ],
        },
        examples: problemExamples.references(codes),
      },
    },
  };
}
