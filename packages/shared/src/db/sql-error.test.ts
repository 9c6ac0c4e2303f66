import { describe, expect, it } from "vitest";
import { isConflict, isOutOfOrder, isUnavailable, mayPass } from "./sql-error.ts";

const withCode = (code: string) => Object.assign(new Error("no luck"), { code });

describe("an error", () => {
  it.each([
    ["08001", { isUnavailable: true, isOutOfOrder: true, isConflict: false, mayPass: true }],
    ["40P01", { isUnavailable: true, isOutOfOrder: false, isConflict: true, mayPass: true }],
    ["53100", { isUnavailable: false, isOutOfOrder: true, isConflict: false, mayPass: true }],
    ["25006", { isUnavailable: false, isOutOfOrder: true, isConflict: false, mayPass: true }],
    ["57014", { isUnavailable: false, isOutOfOrder: false, isConflict: false, mayPass: false }],
    ["23505", { isUnavailable: false, isOutOfOrder: false, isConflict: false, mayPass: false }],
    // A socket's: the database's or anybody's.
    ["EPIPE", { isUnavailable: true, isOutOfOrder: false, isConflict: false, mayPass: true }],
    ["ECONNRESET", { isUnavailable: true, isOutOfOrder: false, isConflict: false, mayPass: true }],
  ])("with the code %s is what that says", (code, expected) => {
    const error = withCode(code);
    expect({
      isUnavailable: isUnavailable(error),
      isOutOfOrder: isOutOfOrder(error),
      isConflict: isConflict(error),
      mayPass: mayPass(error),
    }).toEqual(expected);
  });
});
