import { isUniqueViolation } from "@longshore/shared/db/sql-error";
import { AppError } from "@longshore/shared/errors";

/** Says of a schedule that was refused because of its name what is wrong. */
export function refuseTakenName(name: string): (error: unknown) => never {
  return (error) => {
    if (!isUniqueViolation(error)) throw error;
    const message = `There is a schedule named ${JSON.stringify(name)} already`;
    throw new AppError("already_exists", { message, errors: [{ pointer: "/name", code: "already_exists", message }] });
  };
}
