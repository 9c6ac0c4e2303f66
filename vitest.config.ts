import { defineConfig } from "vitest/config";

/** `unit` needs nothing; the others need the PostgreSQL and Redis that `npm test` starts and names in the environment. */
const resolve = { conditions: ["@longshore/source"] };
const ssr = { resolve: { conditions: ["@longshore/source"], externalConditions: ["@longshore/source"] } };

function project(name: string, include: string[], testTimeout: number) {
  return { resolve, ssr, test: { name, include, testTimeout, hookTimeout: 60_000 } };
}

/** Two files at a time, when all others are done: they mostly wait for what they have broken to be whole again. */
function inPairs({ test, ...rest }: ReturnType<typeof project>) {
  return { ...rest, test: { ...test, maxWorkers: 2, sequence: { groupOrder: 1 } } };
}

export default defineConfig({
  test: {
    projects: [
      project("unit", ["apps/*/src/**/*.test.ts", "packages/*/src/**/*.test.ts", "tests/house/**/*.test.ts"], 10_000),
      project("integration", ["apps/*/tests/**/*.test.ts", "packages/*/tests/**/*.test.ts"], 30_000),
      project("e2e", ["tests/e2e/**/*.test.ts"], 120_000),
      inPairs(project("faults", ["tests/faults/**/*.test.ts"], 180_000)),
      project("topologies", ["tests/topologies/**/*.test.ts"], 120_000),
    ],
  },
});
