const descriptions = {
  "X-Request-Id":
    "The request's id: the one that the client sent if it is 8 to 128 of `A-Z a-z 0-9 . _ -`, else a new one.",
  "X-Process-Time": "Milliseconds from the request's arrival to the first byte of this answer.",
  "Server-Timing": "The same time, for browsers: `total;dur=…`.",
};

const names = Object.keys(descriptions) as (keyof typeof descriptions)[];

/** The headers of every answer, once as components and once as references to them. */
export const commonHeaders = {
  components: Object.fromEntries(
    names.map((name) => [name, { description: descriptions[name], schema: { type: "string" as const } }]),
  ),
  references: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
};
