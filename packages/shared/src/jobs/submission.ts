import { z } from "zod";
import { clientKinds } from "./contracts.ts";
import { jobOptionsSchema } from "./job-options.ts";

/** A job as it is submitted. */
export const submissionSchema = z
  .strictObject({
    kind: z.string().meta({ examples: [...clientKinds] }),
    payload: z.unknown().describe("What the kind's payload schema says."),
    options: jobOptionsSchema.optional(),
  })
  .meta({ id: "Submission" });

export type Submission = z.output<typeof submissionSchema>;
