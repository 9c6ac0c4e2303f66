import { spawnSync } from "node:child_process";

/** Whether certificates can be made on this machine; where not, what needs them is left out, and it is said. */
export function hasOpenssl(): boolean {
  if (spawnSync("openssl", ["version"]).status === 0) return true;
  process.stdout.write("There is no openssl on this machine: what is said of encryption is not tested.\n");
  return false;
}
