import { AppError } from "@longshore/shared/errors";

/** What is answered for a user that is not there, or is another tenant's. */
export function noSuchUser(id: number): AppError {
  return new AppError("not_found", { message: `There is no user ${id}` });
}
