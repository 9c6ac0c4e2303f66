/** How deep arrays and objects may nest inside each other. */
export const maxDepth = 32;

/** Whether a value nests deeper than that. Looks no deeper itself. */
export function isTooDeep(value: unknown, levels = maxDepth): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isTooDeep(child, levels - 1));
}
