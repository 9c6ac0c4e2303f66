export type Instruction = { keyword: string; text: string };

/** `from` is an image or an earlier stage. */
export type Stage = { name: string; from: string; instructions: Instruction[] };

/** The stages of a Dockerfile with what they say, continued lines joined, comments left out. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, keyword, rest] = /^(\w+)\s+(.*)$/.exec(line)!;
    const [, from, name] = keyword === "FROM" ? /^(\S+) AS (\S+)$/.exec(rest!)! : [];
    if (from) stages.push({ name: name!, from, instructions: [] });
    else stages.at(-1)!.instructions.push({ keyword: keyword!, text: rest! });
  }
  return stages;
}

/** All that a target is made of, from its first base to itself. */
export function instructionsOf(stages: readonly Stage[], name: string): Instruction[] {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage ? [...instructionsOf(stages, stage.from), ...stage.instructions] : [];
}
