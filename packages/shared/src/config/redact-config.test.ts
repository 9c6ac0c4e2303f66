import { expect, test } from "vitest";
import { redactConfig } from "./redact-config.ts";

test.each([
  ["redis://user:secret@a:1/0", "redis://user:***@a:1/0"],
  ["redis+sentinel://user:secret@a:1,b:2/main", "redis+sentinel://user:***@a:1,b:2/main"],
  ["redis+sentinel://:sec@ret@a:1,b:2/main", "redis+sentinel://:***@a:1,b:2/main"],
  ["redis+sentinel://a:1/main?sentinelPassword=secret", "redis+sentinel://a:1/main?sentinelPassword=***"],
  [
    "redis+sentinel://:secret@a:1,b/main?sentinelPassword=secret",
    "redis+sentinel://:***@a:1,b/main?sentinelPassword=***",
  ],
  ["redis+cluster://a:1,b:2", "redis+cluster://a:1,b:2"],
  ["http://a:1/b@c", "http://a:1/b@c"],
  ["info", "info"],
])("of %s is printed %s", (value, printed) => expect(redactConfig({ value })).toEqual({ value: printed }));
