import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import { startGate, type Gate } from "@longshore/shared/testing/start-gate";
import { startApi, type TestApi } from "./start-api.ts";

export type LossyApi = TestApi & Pick<Gate, "lose">;

/** A commit is a message of its own to PostgreSQL: `Q`, its length, `commit`, a zero. */
export const commitMessage = "commit\0";

/** The API over a database whose connections can be made to break at the worst moment. */
export async function startLossyApi(): Promise<LossyApi> {
  let gate: Gate;
  let database: DatabaseHandle;
  const api = await startApi({
    async db(url) {
      gate = await startGate(url);
      database = createDatabase({ url: gate.url, applicationName: "test" });
      return database.db;
    },
  });

  return {
    ...api,
    lose: (loss) => gate.lose(loss),
    async close() {
      await api.close();
      await database.close();
      await gate.close();
    },
  };
}
