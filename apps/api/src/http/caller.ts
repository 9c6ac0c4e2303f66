import type { Scope } from "./route.ts";

/** Who asks. */
export type Caller = {
  tenant: string;
  scopes: ReadonlySet<Scope>;
  /** Of the key that was shown; null where none is needed. */
  keyId: string | null;
};

/** Who has not said who it is: what is public is all there is for him. */
export const nobody: Caller = { tenant: "", scopes: new Set(["public"]), keyId: null };

/** Whoever asks while no key is configured. */
export const anyone: Caller = {
  tenant: "default",
  scopes: new Set(["public", "read", "submit", "admin"]),
  keyId: null,
};
