import { z } from "zod";
import type { UserRow } from "@longshore/shared/db/schema";

const moment = z.iso.datetime();

/** A user as a client sees one. */
export const userViewSchema = z
  .object({
    id: z.int(),
    email: z.string(),
    name: z.string(),
    createdAt: moment,
    updatedAt: moment,
    links: z.object({ self: z.string(), profile: z.string() }),
  })
  .meta({
    id: "User",
    examples: [
      {
        id: 1,
        email: "ada@example.com",
        name: "Ada Lovelace",
        createdAt: "2026-11-21T10:29:48.704Z",
        updatedAt: "2026-11-21T10:29:48.704Z",
        links: { self: "/v1/users/1", profile: "/v1/users/1/profile" },
      },
    ],
  });

export type UserView = z.infer<typeof userViewSchema>;

/** What of a user a view is made of. */
export const viewedUserColumns = ["id", "email", "name", "created_at", "updated_at"] as const;

export type ViewedUser = Pick<UserRow, (typeof viewedUserColumns)[number]>;

export function toUserView({ id, email, name, created_at, updated_at }: ViewedUser): UserView {
  const self = `/v1/users/${id}`;
  const links = { self, profile: `${self}/profile` };
  return { id, email, name, createdAt: created_at.toISOString(), updatedAt: updated_at.toISOString(), links };
}
