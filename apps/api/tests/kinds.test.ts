import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe("the service itself", () => {
  it("lists no kind that is not for clients", async () => {
    const { items } = (await (await fetch(`${api.url}/v1/kinds`)).json()) as { items: { kind: string }[] };
    expect(items.map(({ kind }) => kind)).not.toContain("webhook.deliver");
  });

  it.each(["kinds", "datasets"])("lists %s with schema and example", async (what) => {
    const { items } = (await (await fetch(`${api.url}/v1/${what}`)).json()) as { items: Record<string, unknown>[] };
    expect(items.length).toBeGreaterThan(1);
    for (const item of items)
      expect(item).toMatchObject({ summary: expect.any(String) as string, example: expect.any(Object) as object });
  });
});
