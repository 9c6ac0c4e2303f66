import type { Route } from "../route.ts";

/** How many points of the caller's rate limit a request of a route takes. What is there for everyone takes none. */
export function costOf({ cost, scope }: Pick<Route, "cost" | "scope">): number {
  return cost ?? (scope === "public" ? 0 : 1);
}
