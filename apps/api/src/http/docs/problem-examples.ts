import { errorTitles, type ErrorCode } from "@longshore/shared/errors";
import { errorStatus } from "../error-status.ts";
import type { Problem } from "../problem.ts";

const requestId = "0d9f6a3e-6b0e-4a53-9f5c-0d3d2b7d8f57";

const pointed: Partial<Record<ErrorCode, Pick<Problem, "detail" | "errors">>> = {
  already_exists: {
    detail: "/name is taken already",
    errors: [{ pointer: "/name", code: "already_exists", message: "is taken already" }],
  },
  validation_failed: {
    detail: "/payload/durationMs must be at least 0",
    errors: [{ pointer: "/payload/durationMs", code: "too_small", message: "must be at least 0" }],
  },
};

/** A problem for each code: as components, and as references to them. */
export const problemExamples = {
  of: createExample,
  components: (codes: readonly ErrorCode[]) =>
    Object.fromEntries(codes.map((code) => [code, { summary: errorTitles[code], value: createExample(code) }])),
  references: (codes: readonly ErrorCode[]) =>
    Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
};

function createExample(code: ErrorCode): Problem {
  const [title, status] = [errorTitles[code], errorStatus[code]];
  return {
    type: `/errors/${code}`,
    title,
    status,
    code,
    detail: title,
    instance: "/v1/jobs",
    requestId,
    ...pointed[code],
  };
}
