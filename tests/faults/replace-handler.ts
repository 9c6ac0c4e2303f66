/**
 * Preloaded into the processes of a stack: there the handler of `users.process` is the one in `handle-poison.ts`, which no
 * product has.
 */
import { registerHooks } from "node:module";

const poisonous = new URL("handle-poison.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isWanted = specifier === "./users-process.ts" && context.parentURL?.endsWith("/worker/src/jobs/handlers.ts");
    return nextResolve(isWanted ? poisonous : specifier, context);
  },
});
