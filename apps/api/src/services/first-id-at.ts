const most = 2 ** 48 - 1;

/** The least id that a job created at this time or later can have: a uuid v7 begins with its time in milliseconds. */
export function firstIdAt(time: Date): string {
  const hex = Math.min(most, Math.max(0, time.getTime())).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
