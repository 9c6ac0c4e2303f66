import { z } from "zod";

const maxIds = 1_000;
const id = /^[1-9]\d{0,15}$/;

const isId = (text: string) => id.test(text) && Number.isSafeInteger(Number(text));

export const userParams = z.object({
  id: z
    .string()
    .refine(isId, { error: "must be the id of a user" })
    .transform(Number)
    .describe("The user's id.")
    .meta({ override: { pattern: id.source, examples: ["1"] } }),
});

const ids = z
  .string()
  .transform((text) => text.split(","))
  .refine((list) => list.length <= maxIds, { error: `must be ${maxIds} ids at most` })
  .refine((list) => list.every(isId), { error: "must be ids of users, apart by commas" })
  .transform((list) => list.map(Number));

const cursor = z.string().transform((text, context): number => {
  const after = Buffer.from(text, "base64url").toString("latin1");
  if (!isId(after) || toUserCursor(Number(after)) !== text)
    context.addIssue({ code: "custom", message: "is no cursor of this list", input: text });
  return Number(after);
});

/** The cursor of the page after the user with this id. */
export function toUserCursor(after: number): string {
  return Buffer.from(String(after), "latin1").toString("base64url");
}

/** What a list of users can be asked for: a page, or certain users. */
export const userListParameters = z
  .strictObject({
    ids: ids.optional().describe(`These users, up to ${maxIds}, in this order: ids, apart by commas.`),
    limit: z.coerce.number().int().min(1).max(1_000).optional().describe("How many there are on a page at most: 50."),
    cursor: cursor.optional().describe("The `nextCursor` of the page before."),
  })
  .refine(({ ids: some, limit, cursor: after }) => some === undefined || (limit === undefined && after === undefined), {
    error: "ids are no pages: they go without limit and cursor",
    path: ["ids"],
  });
