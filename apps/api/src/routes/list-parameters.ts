import { z } from "zod";
import { jobStateSchema, type JobState } from "@longshore/shared/status/job-state";

/** A parameter that may be given several times. */
const several = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());

const states = several.transform((given, context): JobState[] =>
  given
    .flatMap((list) => list.split(","))
    .map((name) => {
      const state = jobStateSchema.safeParse(name);
      if (!state.success) context.addIssue({ code: "custom", message: `knows no state "${name}"`, input: given });
      return name as JobState;
    }),
);

const tags = several.transform((given, context): Record<string, string> =>
  Object.fromEntries(
    given.map((tag) => {
      const colon = tag.indexOf(":");
      if (colon < 1)
        context.addIssue({ code: "custom", message: "must be a tag's name, a colon and its value", input: tag });
      return [tag.slice(0, colon), tag.slice(colon + 1)];
    }),
  ),
);

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const cursor = z.string().transform((text, context): string => {
  const id = Buffer.from(text, "base64url").toString("hex");
  if (id.length !== 32 || toCursor(id) !== text)
    context.addIssue({ code: "custom", message: "is no cursor of this list", input: text });
  return id;
});

/** The cursor of the page after the job with this id. */
export function toCursor(id: string): string {
  return Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url");
}

/** What a list of jobs can be asked for. */
export const listParameters = z.object({
  kind: z.string().optional().describe("Jobs of this kind; of imports it is `import`."),
  state: states.optional().describe("One of these, apart by commas."),
  tag: tags.optional().describe("`name:value`; of several, all must be there."),
  createdAfter: moment.optional().describe("Created at this time or later."),
  createdBefore: moment.optional().describe("Created before this time."),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "Words, each of which must begin a word of the kind, of a text in the payload, of a tag or of the error.",
    ),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("How many there are on a page at most."),
  cursor: cursor.optional().describe("The `nextCursor` of the page before."),
});
