const name = String.raw`(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*`;
const pattern = new RegExp(String.raw`^(\*|${name}|\[[0-9a-f:.]+\])(:\d{1,5})?$`, "i");

/** Whether a text may stand in `ALLOWED_HOSTS`: see `match-host.ts`. */
export function isHostPattern(text: string): boolean {
  return pattern.test(text);
}
