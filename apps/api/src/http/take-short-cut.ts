import type { RequestHandler } from "express";

/** A route's method, its path in OpenAPI style, and what serves it. */
export type Served = { method: string; path: string; handler: RequestHandler };

/** The routes behind one more segment of a path. */
type Branch = {
  fixed: Map<string, Branch>;
  parameter?: Branch;
  /** By method, with the names of the path's parameters. */
  ends: Map<string, { handler: RequestHandler; names: readonly string[] }>;
};

/** What needs no decoding. */
const plain = /^[\w.~-]+$/;

/**
 * Express tries one pattern after the other, which costs more with each route. Here a path's segments lead to its route; where
 * they do not, or are not plain, Express has its turn.
 */
export function takeShortCut(routes: readonly Served[]): RequestHandler {
  const root = createBranch();
  for (const { method, path, handler } of routes) {
    let branch = root;
    const names: string[] = [];
    for (const segment of path.slice(1).split("/")) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name !== undefined) names.push(name);
      branch = name === undefined ? fixed(branch, segment) : (branch.parameter ??= createBranch());
    }
    branch.ends.set(method.toUpperCase(), { handler, names });
  }

  return (req, res, next) => {
    const values: string[] = [];
    const end = walk(root, req.path, values)?.ends.get(req.method);
    if (!end) return next();
    req.params = Object.fromEntries(end.names.map((name, at) => [name, values[at]!]));
    return end.handler(req, res, next);
  };
}

/** Where a path leads; `values` gets those of its parameters. */
function walk(root: Branch, path: string, values: string[]): Branch | undefined {
  let branch = root;
  for (const segment of path.slice(1).split("/")) {
    const known = branch.fixed.get(segment);
    if (!known && !(branch.parameter && plain.test(segment))) return undefined;
    if (!known) values.push(segment);
    branch = known ?? branch.parameter!;
  }
  return branch;
}

function createBranch(): Branch {
  return { fixed: new Map(), ends: new Map() };
}

function fixed({ fixed: branches }: Branch, segment: string): Branch {
  const known = branches.get(segment);
  if (known) return known;
  const branch = createBranch();
  branches.set(segment, branch);
  return branch;
}
