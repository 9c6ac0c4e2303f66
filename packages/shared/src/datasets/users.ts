import { defineDataset } from "./define-dataset.ts";
import { userRowSchema } from "./user-row.ts";

export const users = defineDataset({
  name: "users",
  summary: "People by e-mail address. Addresses are trimmed and lower-cased: they are the key.",
  table: "users",
  row: userRowSchema,
  columns: { email: "text", name: "text" },
  key: ["email"],
  changedAt: "updated_at",
  cache: "users",
  example: { email: "ada@example.com", name: "Ada Lovelace" },
});
