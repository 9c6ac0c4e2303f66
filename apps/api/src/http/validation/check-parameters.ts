import type { FieldError } from "@longshore/shared/errors";
import { checkText } from "@longshore/shared/validation/check-text";
import { jsonPointer } from "@longshore/shared/validation/json-pointer";

/** Finds parameters whose text could not be kept. `place` is where the pointers start. */
export function checkParameters(parameters: object, place: string): FieldError[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const problem = checkText(String(value)) ?? checkText(name);
    return problem ? [{ pointer: jsonPointer([place, name]), ...problem }] : [];
  });
}
