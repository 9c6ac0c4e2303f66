/** When a schedule runs, whatever says so: a cron expression or an interval. */
export type Timetable = {
  /** The first run after a moment; null if there is none. */
  nextAfter(moment: Date): Date | null;
  /** The last runs up to a moment, and at it: at most so many, the oldest first. */
  lastUntil(moment: Date, most: number): Date[];
};
