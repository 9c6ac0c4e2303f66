import { describe, expect, it } from "vitest";
import { contracts, jobKinds } from "./contracts.ts";

describe.each(jobKinds)("the contract of %s", (kind) => {
  const contract = contracts[kind];

  it("is filed under its own kind", () => {
    expect(contract.kind).toBe(kind);
  });

  it("accepts its own example", () => {
    expect(contract.payload.safeParse(contract.example).success).toBe(true);
  });

  it("refuses a field that it does not know", () => {
    expect(contract.payload.safeParse({ ...contract.example, surprise: 1 }).success).toBe(false);
  });
});
