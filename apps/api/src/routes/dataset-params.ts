import { z } from "zod";

export const datasetParams = z.object({
  dataset: z
    .string()
    .min(1)
    .describe("One of those at `/v1/datasets`.")
    .meta({ examples: ["users"] }),
});
