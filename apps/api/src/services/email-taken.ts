import { AppError } from "@longshore/shared/errors";

/** What is answered when another user has the e-mail address. */
export function emailTaken(email: string): AppError {
  const message = `There is a user with the e-mail address ${JSON.stringify(email)} already`;
  return new AppError("already_exists", { message, errors: [{ pointer: "/email", code: "already_exists", message }] });
}
