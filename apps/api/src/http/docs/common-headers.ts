import { costOf } from "../limits/cost-of.ts";
import type { Route } from "../route.ts";
import { describeHeaders, type HeaderDoc } from "./describe-headers.ts";

const ofAll = describeHeaders({
  "X-Request-Id":
    "The request's id: the one that the client sent if it is 8 to 128 of `A-Z a-z 0-9 . _ -`, else a new one.",
  "X-Process-Time": "Milliseconds from the request's arrival to the first byte of this answer.",
  "Server-Timing": "The same time, for browsers: `total;dur=…`.",
});
const ofLimited = describeHeaders({
  RateLimit: "Where a limit is set: how many points are left (`r`), and for how many seconds they have to do (`t`).",
  "RateLimit-Policy": "Where a limit is set: how many points (`q`) there are in how many seconds (`w`).",
});

type CommonHeaders = {
  components: Readonly<Record<string, HeaderDoc>>;
  referencesOf: (route: Route) => Record<string, { $ref: string }>;
};

/** The headers of every answer of a route: as components, and as references to them. */
export const commonHeaders: CommonHeaders = {
  components: { ...ofAll, ...ofLimited },
  referencesOf(route) {
    const names = Object.keys(costOf(route) > 0 ? { ...ofAll, ...ofLimited } : ofAll);
    return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  },
};
