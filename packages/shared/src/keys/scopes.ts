/** What a key may allow. `admin` contains the other two; these are apart from each other. */
export const keyScopes = ["read", "submit", "admin"] as const;

export type KeyScope = (typeof keyScopes)[number];
