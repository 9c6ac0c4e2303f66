import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

export type CommandPage = { name: string; script: string };

/** The pages that tell a reader to run curl, each with its commands as they stand, in their order. */
export function findCommands(): CommandPage[] {
  const pages = ["README.md", ...globSync("docs/*.md", { cwd: root }).toSorted()];
  return pages.flatMap((name) => {
    const blocks = [...readFileSync(join(root, name), "utf8").matchAll(/^```sh\n(.*?)^```$/gms)];
    const commands = blocks.map(([, block]) => block!).filter((block) => /\bcurl\b/.test(block));
    return commands.length > 0 ? [{ name, script: commands.join("\n") }] : [];
  });
}
