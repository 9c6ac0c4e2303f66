import { z } from "zod";
import { jsonPointer } from "@longshore/shared/validation/json-pointer";

/**
 * Throws if a schema has an object that silently drops unknown fields. A request must say which it means:
 * `z.strictObject` refuses them by name, `z.looseObject` keeps them.
 */
export function assertClosed(schema: z.ZodType): void {
  z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema: { _zod }, path }) => {
      if (_zod.def.type !== "object" || _zod.def.catchall) return;
      throw new TypeError(`The object at ${jsonPointer(path) || "the top"} of a request's schema drops unknown fields`);
    },
  });
}
