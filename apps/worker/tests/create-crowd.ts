import { setTimeout } from "node:timers/promises";

/** Counts how many are in it at once, at most. None leaves before there were `awaited`, and then after a moment. */
export function createCrowd(awaited: number) {
  const complete = Promise.withResolvers<void>();
  const crowd = {
    present: 0,
    most: 0,
    async pass(momentMs: number): Promise<void> {
      crowd.present += 1;
      crowd.most = Math.max(crowd.most, crowd.present);
      if (crowd.most >= awaited) complete.resolve();
      await complete.promise;
      // So that one too many would be seen.
      await setTimeout(momentMs);
      crowd.present -= 1;
    },
  };
  return crowd;
}
