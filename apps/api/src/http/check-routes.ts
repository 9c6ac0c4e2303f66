import type { Route } from "./route.ts";

/** Throws if two routes would shadow each other, or if a path and its params schema disagree. */
export function checkRoutes(routes: readonly Route[]): void {
  assertUnique(routes.map((route) => route.operationId));
  assertUnique(routes.map((route) => `${route.method} ${route.path}`));
  for (const { operationId, path, request } of routes) {
    const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const inSchema = Object.keys(request?.params?.shape ?? {});
    if (inPath.symmetricDifference(new Set(inSchema)).size > 0) {
      throw new TypeError(`${operationId} declares the params [${inSchema.join(", ")}] for the path ${path}`);
    }
  }
}

function assertUnique(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`Two routes are declared as ${twice}`);
}
