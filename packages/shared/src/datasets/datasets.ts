import { cities } from "./cities.ts";
import type { Dataset } from "./define-dataset.ts";
import { records } from "./records.ts";
import { users } from "./users.ts";

const datasets: ReadonlyMap<string, Dataset> = new Map(
  [users, cities, records].map((dataset) => [dataset.name, dataset]),
);

/** The dataset of that name, if there is one. */
export function findDataset(name: string): Dataset | undefined {
  return datasets.get(name);
}

export function listDatasets(): Dataset[] {
  return [...datasets.values()];
}
