/** Something in each collection that a path may name. */
const names: Record<string, string> = {
  datasets: "users",
  errors: "internal",
  imports: "users",
  jobs: "0199e7a0-0000-7000-8000-000000000000",
  queues: "sleep",
  schedules: "0199e7a0-0000-7000-8000-000000000000",
  users: "1",
};

/** A path of the document with its parameters filled in, by the collection that each is in. */
export function fillPath(path: string, known: Record<string, string> = {}): string {
  return path.replaceAll(/(\w+)\/\{\w+\}/g, (_all, collection: string) => {
    const name = known[collection] ?? names[collection];
    if (name === undefined) throw new Error(`Nothing is known of ${collection}, which ${path} has`);
    return `${collection}/${name}`;
  });
}
