/** When a job was made, in milliseconds: a uuid v7 begins with that, and lists rely on it. */
export function createdAtOf(jobId: string): number {
  return Number.parseInt(jobId.slice(0, 8) + jobId.slice(9, 13), 16);
}
