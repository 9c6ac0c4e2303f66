import type { Response } from "express";
import { AppError } from "@longshore/shared/errors";
import type { Scope } from "../route.ts";

/** Throws `forbidden` unless the scopes of a caller have one, or `admin`, which contains all. */
export function requireScope(res: Response, scopes: ReadonlySet<Scope>, needed: Scope): void {
  if (scopes.has(needed) || scopes.has("admin")) return;
  res.setHeader("WWW-Authenticate", `Bearer error="insufficient_scope", scope="${needed}"`);
  throw new AppError("forbidden", { message: `This key has not the scope \`${needed}\`` });
}
