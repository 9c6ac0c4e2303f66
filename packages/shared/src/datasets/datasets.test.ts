import { describe, expect, it } from "vitest";
import { listDatasets } from "./datasets.ts";
import { requiredFields } from "./define-dataset.ts";

describe.each(listDatasets().map((dataset) => [dataset.name, dataset] as const))("the dataset %s", (_name, dataset) => {
  it("accepts its own example", () => {
    expect(dataset.row.safeParse(dataset.example).success).toBe(true);
  });

  it("writes exactly its columns", () => {
    expect(Object.keys(dataset.columns).toSorted()).toEqual(Object.keys(dataset.row.parse(dataset.example)).toSorted());
  });

  it("names a key among its columns, if it has one", () => {
    expect(Object.keys(dataset.columns)).toEqual(expect.arrayContaining([...dataset.key]));
  });

  it("refuses a field that it does not know, by its name, unless it takes any", () => {
    const parsed = dataset.row.safeParse({ ...dataset.example, surprise: 1 });
    if (dataset.fields)
      expect(parsed.error?.issues[0]).toMatchObject({ code: "unrecognized_keys", keys: ["surprise"] });
    else expect(Object.values(parsed.data!)).toEqual([{ ...dataset.example, surprise: 1 }]);
  });
});

describe("a dataset of any fields", () => {
  const records = listDatasets().find((dataset) => dataset.name === "records")!;

  it.each([null, [], "text", 1])("takes no row that is %j", (value) => {
    expect(records.row.safeParse(value).success).toBe(false);
  });
});

describe("required fields", () => {
  it("leave out those with a default", () => {
    const cities = listDatasets().find((dataset) => dataset.name === "cities");
    expect(requiredFields(cities!)).toEqual(["name", "country", "lat", "lng"]);
  });
});
