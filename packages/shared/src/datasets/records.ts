import { defineFreeFormDataset } from "./define-dataset.ts";

export const records = defineFreeFormDataset({
  name: "records",
  summary: "Objects of any fields: a store for data that has no table of its own.",
  table: "records",
  column: "data",
  example: { source: "sensor 7", readings: [20.5, 21], ok: true },
});
