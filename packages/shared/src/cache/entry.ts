/**
 * What Redis holds under a row's key: `=HEADER\nTEXT` is the row as it was under that header, `~LEASE` says who loads it,
 * `!MARKS` who writes it.
 */
export type Entry = { is: "row"; header: string; text: string } | { is: "lease"; lease: string } | { is: "raised" };

export function parseEntry(held: string): Entry {
  if (held.startsWith("!")) return { is: "raised" };
  if (held.startsWith("~")) return { is: "lease", lease: held };
  const end = held.indexOf("\n");
  return { is: "row", header: held.slice(1, end), text: held.slice(end + 1) };
}

/** Under what a row was loaded. It is shown only while all three are the same. */
export function entryHeader(now: { epoch: number; run: string; stamp: string | null }): string {
  return `${now.epoch} ${now.run} ${now.stamp ?? ""}`;
}
