/** How far a client has seen a job's stream: the version of the last state, the last log line, and whether that was all. */
export type StreamCursor = { version: number; log: number; ended: boolean };

const pattern = /^(\d{1,15})\.(\d{1,15})(\.end)?$/;

/** The id of the frame that takes a client to this place. */
export function formatCursor({ version, log, ended }: StreamCursor): string {
  return `${version}.${log}${ended ? ".end" : ""}`;
}

/** Undefined for what is no id of ours: whoever sends that sees the stream from its start. */
export function parseCursor(id: string | undefined): StreamCursor | undefined {
  const match = pattern.exec(id ?? "");
  return match ? { version: Number(match[1]), log: Number(match[2]), ended: match[3] !== undefined } : undefined;
}
