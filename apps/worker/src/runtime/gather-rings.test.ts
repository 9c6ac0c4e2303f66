import { describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { gatherRings } from "./gather-rings.ts";

describe("rings", () => {
  it("go out at once, and those that come soon after together, each job once", async () => {
    const rung: string[][] = [];
    const ring = gatherRings({ ring: async (ids) => void rung.push([...ids]) });
    ring(["a"]);
    expect(rung).toEqual([["a"]]);
    ring(["b", "c"]);
    ring(["c", "d"]);
    await waitFor("the others", async () => rung.length === 2);
    expect(rung[1]).toEqual(["b", "c", "d"]);
    ring(["e"]);
    await waitFor("a later one", async () => rung.length === 3);
  });
});
