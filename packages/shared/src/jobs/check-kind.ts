import { AppError } from "../errors.ts";
import { validate } from "../validation/validate.ts";
import { jsonPointer } from "../validation/json-pointer.ts";
import { clientKinds, findContract } from "./contracts.ts";

/**
 * Checks that a client may submit this kind, and that the payload is what its schema says. Throws `unknown_kind` and
 * `validation_failed`, with pointers that start at `base`.
 */
export function checkKind({ kind, payload }: { kind: string; payload?: unknown }, base: readonly string[] = []): void {
  const contract = findContract(kind);
  if (!contract || contract.internal) throw unknownKind(kind, base);
  validate(contract.payload, payload, [...base, "payload"]);
}

function unknownKind(kind: string, base: readonly string[]): AppError {
  const message = `There is no kind "${kind}"; there are: ${clientKinds.join(", ")}`;
  const pointer = jsonPointer([...base, "kind"]);
  return new AppError("unknown_kind", { message, errors: [{ pointer, code: "unknown_kind", message }] });
}
