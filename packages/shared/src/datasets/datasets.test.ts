import { describe, expect, it } from "vitest";
import { listDatasets } from "./datasets.ts";
import { requiredFields } from "./define-dataset.ts";

describe.each(listDatasets().map((dataset) => [dataset.name, dataset] as const))("the dataset %s", (_name, dataset) => {
  it("accepts its own example", () => {
    expect(dataset.row.safeParse(dataset.example).success).toBe(true);
  });

  it("writes exactly the fields of its row", () => {
    expect(Object.keys(dataset.columns).toSorted()).toEqual(Object.keys(dataset.row.shape).toSorted());
  });

  it("names a key among its columns", () => {
    expect(dataset.key.length).toBeGreaterThan(0);
    expect(Object.keys(dataset.columns)).toEqual(expect.arrayContaining([...dataset.key]));
  });

  it("refuses a field that it does not know, by its name", () => {
    const parsed = dataset.row.safeParse({ ...dataset.example, surprise: 1 });
    expect(parsed.error?.issues[0]).toMatchObject({ code: "unrecognized_keys", keys: ["surprise"] });
  });
});

describe("required fields", () => {
  it("leave out those with a default", () => {
    const cities = listDatasets().find((dataset) => dataset.name === "cities");
    expect(requiredFields(cities!)).toEqual(["name", "country", "lat", "lng"]);
  });
});
