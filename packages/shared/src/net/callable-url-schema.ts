import { z } from "zod";
import { findUrlProblem } from "./find-url-problem.ts";

/** A URL that may be called, as far as its text can tell: which addresses may be is decided when one is connected to. */
export const callableUrlSchema = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    const problem = findUrlProblem(URL.parse(text));
    if (problem) context.addIssue({ code: "custom", message: problem, input: text });
  });
