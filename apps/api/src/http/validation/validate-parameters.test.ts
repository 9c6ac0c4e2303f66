import { AppError } from "@longshore/shared/errors";
import { expect, test } from "vitest";
import { z } from "zod";
import { validateParameters } from "./validate-parameters.ts";

function refusal(check: () => unknown): AppError {
  try {
    check();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error("nothing was refused");
}

const name = z.strictObject({ name: z.string() });

test("a pointer says which part of the request it points into", () => {
  expect(refusal(() => validateParameters(name, {}, "query")).errors).toMatchObject([{ pointer: "/query/name" }]);
  expect(refusal(() => validateParameters(name, {}, "header")).errors).toMatchObject([{ pointer: "/header/name" }]);
});

test("a path that cannot be one of ours is not found", () => {
  const { code, message } = refusal(() => validateParameters(z.object({ id: z.uuid() }), { id: "x" }, "path"));
  expect({ code, message }).toEqual({ code: "not_found", message: "/path/id must be a UUID" });
});

test("a parameter that could not be kept is refused, wherever the NUL is", () => {
  const loose = z.looseObject({});
  expect(refusal(() => validateParameters(loose, { q: ["a", "b\0"] }, "query")).errors).toMatchObject([
    { pointer: "/query/q" },
  ]);
  expect(refusal(() => validateParameters(loose, { "q\0": "a" }, "query")).errors).toMatchObject([
    { code: "nul_character" },
  ]);
});

test("a parsed value comes back", () => {
  expect(validateParameters(z.object({ limit: z.coerce.number().default(5) }), {}, "query")).toEqual({ limit: 5 });
});
