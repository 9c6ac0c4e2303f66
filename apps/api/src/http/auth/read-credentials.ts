import type { Request } from "express";
import type { Route } from "../route.ts";

/** The parameter of RFC 6750 (2.3), on routes that declare it: those for clients of a browser that cannot set a header. */
const parameter = "access_token";

/** What a request shows to be let in: "" if that is nothing that this service knows, undefined if it shows nothing. */
export function readCredentials({ headers, query }: Request, { request }: Route): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) return /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? "";
  if (!request?.query?.shape[parameter]) return undefined;
  const given = query[parameter];
  return given === undefined || typeof given === "string" ? given : "";
}
