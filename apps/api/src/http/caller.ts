import type { Scope } from "./route.ts";

/** Who asks. */
export type Caller = {
  tenant: string;
  scopes: ReadonlySet<Scope>;
  /** Of the key that was shown; null where none is needed. */
  keyId: string | null;
};

/** Whoever asks while no key is configured. */
export const anyone: Caller = {
  tenant: "default",
  scopes: new Set(["public", "read", "submit", "admin"]),
  keyId: null,
};
