import { errorTitles, type ErrorCode } from "@longshore/shared/errors";
import { z } from "zod";
import { problemExamples } from "./problem-examples.ts";

const codes = Object.keys(errorTitles) as ErrorCode[];

/** The shape of `Problem`, for the OpenAPI document. */
export const problemSchema = z
  .object({
    type: z.string().describe("A path on this service that explains the code."),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(codes).describe("Stable: programs may branch on it."),
    detail: z.string().describe("What is wrong with this request, for a person."),
    instance: z.string().describe("The path of the request."),
    requestId: z.string().describe("Also in `X-Request-Id` and in the logs."),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .describe("An RFC 6901 pointer into the body, or `/query/…`, `/header/…`, `/path/…` for a parameter."),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({
    id: "Problem",
    description: "RFC 9457 problem details.",
    examples: [problemExamples.of("validation_failed")],
  });
