import { z } from "zod";
import { defineDataset } from "./define-dataset.ts";
import { text } from "./fields.ts";

export const users = defineDataset({
  name: "users",
  summary: "People by e-mail address. Addresses are trimmed and lower-cased: they are the key.",
  table: "users",
  row: z.strictObject({
    email: z.string().max(320).trim().toLowerCase().check(z.email()),
    name: text({ min: 1, max: 200 }),
  }),
  columns: { email: "text", name: "text" },
  key: ["email"],
  example: { email: "ada@example.com", name: "Ada Lovelace" },
});
