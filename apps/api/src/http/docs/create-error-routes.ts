import { errorTitles, type ErrorCode } from "@longshore/shared/errors";
import { z } from "zod";
import { errorGuide } from "../error-guide.ts";
import { errorStatus } from "../error-status.ts";
import { defineRoute, type Route } from "../route.ts";

const explanationSchema = z
  .object({ code: z.string(), status: z.int(), title: z.string(), when: z.string(), remedy: z.string() })
  .meta({
    id: "ErrorExplanation",
    examples: [{ code: "empty_import", status: 422, title: errorTitles.empty_import, ...errorGuide.empty_import }],
  });

const codes = Object.keys(errorTitles) as ErrorCode[];

/** Explains the codes, at the paths that problems give as their `type`. */
export function createErrorRoutes(): Route[] {
  return [
    defineRoute({
      operationId: "listErrors",
      method: "get",
      path: "/errors",
      tags: ["errors"],
      scope: "public",
      summary: "List every error code",
      responses: {
        200: {
          description: "All codes.",
          schema: z.object({ items: z.array(explanationSchema), nextCursor: z.null() }),
        },
      },
      handler: () => ({ status: 200, body: { items: codes.map(explain), nextCursor: null } }),
    }),
    defineRoute({
      operationId: "explainError",
      method: "get",
      path: "/errors/{code}",
      tags: ["errors"],
      scope: "public",
      summary: "Explain an error code",
      request: {
        params: z.object({
          code: z
            .enum(codes)
            .describe("Of a problem.")
            .meta({ examples: ["empty_import"] }),
        }),
      },
      responses: { 200: { description: "The code explained.", schema: explanationSchema } },
      handler: ({ params }) => ({ status: 200, body: explain(params.code) }),
    }),
  ];
}

function explain(code: ErrorCode): z.infer<typeof explanationSchema> {
  return { code, status: errorStatus[code], title: errorTitles[code], ...errorGuide[code] };
}
