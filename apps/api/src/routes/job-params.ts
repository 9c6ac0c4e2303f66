import { z } from "zod";

export const jobParams = z.object({
  id: z
    .uuid()
    .toLowerCase()
    .describe("The job's id.")
    .meta({ examples: ["01a1fda7-b41d-7772-adca-07dbb68c645d"] }),
});
