/** Why a text cannot be kept: PostgreSQL refuses NUL, and a lone surrogate silently becomes U+FFFD. */
export function checkText(text: string): { code: "nul_character" | "lone_surrogate"; message: string } | undefined {
  if (text.includes("\0")) return { code: "nul_character", message: "must not contain the NUL character" };
  if (!text.isWellFormed()) return { code: "lone_surrogate", message: "must not contain a lone surrogate" };
  return undefined;
}
