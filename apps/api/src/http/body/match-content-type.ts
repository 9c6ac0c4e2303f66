import { MIMEType } from "node:util";
import { AppError } from "@longshore/shared/errors";

/**
 * Matches a `Content-Type` against those a route accepts and returns the accepted one. `application/json` also stands
 * for any `+json` type. Throws `unsupported_media_type` that names what is accepted.
 */
export function matchContentType(header: string | undefined, accepted: readonly string[]): string {
  if (header === undefined) throw refuse("The request has no Content-Type", accepted);
  if (accepted.includes(header)) return header;
  const type = parse(header);
  const match = accepted.find((candidate) => candidate === type?.essence || standsFor(candidate, type));
  if (!type || !match) throw refuse(`The content type ${JSON.stringify(header)} is not supported`, accepted);

  const charset = type.params.get("charset")?.toLowerCase() ?? "utf-8";
  if (charset !== "utf-8" && charset !== "utf8")
    throw refuse(`The charset ${JSON.stringify(charset)} is not supported`, accepted);
  return match;
}

function parse(header: string): MIMEType | undefined {
  try {
    return new MIMEType(header);
  } catch {
    return undefined;
  }
}

function standsFor(candidate: string, type: MIMEType | undefined): boolean {
  return (
    candidate === "application/json" &&
    type !== undefined &&
    type.type === "application" &&
    type.subtype.endsWith("+json")
  );
}

function refuse(problem: string, accepted: readonly string[]): AppError {
  return new AppError("unsupported_media_type", { message: `${problem}; send ${accepted.join(" or ")} in UTF-8` });
}
