import { hash } from "node:crypto";
import { toUserView, type ViewedUser } from "./user-view.ts";

const digestLength = 16;
const tagLength = digestLength + 2;

/** A user as it is answered: JSON text, and the entity tag that names it. */
export type ShownUser = { etag: string; text: string };

export function showUser(user: ViewedUser): ShownUser {
  const text = JSON.stringify(toUserView(user));
  return { etag: `"${hash("sha256", text, "base64url").slice(0, digestLength)}"`, text };
}

/** One text of both, as the cache keeps it. */
export function joinShown({ etag, text }: ShownUser): string {
  return etag + text;
}

export function splitShown(joined: string): ShownUser {
  return { etag: joined.slice(0, tagLength), text: joined.slice(tagLength) };
}
