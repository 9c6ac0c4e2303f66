import { randomUUID } from "node:crypto";
import type { Sender } from "./create-sender.ts";

type User = { id: number; links: { self: string } };

/** Creates a user, reads it, changes it, reads it again, and removes it. */
export async function useUser({ send }: Sender): Promise<void> {
  const user = { email: `${randomUUID()}@users.example`, name: "Ada Lovelace" };
  const { links } = await send<User>("POST", "/v1/users", user);
  await send("GET", links.self);
  await send("GET", links.self);
  await send("PATCH", links.self, { name: "Ada King" });
  await send("GET", links.self);
  await send("DELETE", links.self);
}
