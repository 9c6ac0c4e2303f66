export type JobNames = {
  /** As clients write it: `reports.build`. */
  kind: string;
  /** Of its files: `reports-build`. */
  file: string;
  /** `reportsBuild` */
  contract: string;
  /** `handleReportsBuild` */
  handler: string;
};

const wellFormed = /^[a-z][a-z0-9]*([.-][a-z][a-z0-9]*)+$/;
const maxLength = 60;

/** What everything about a new kind is called. Throws when it is no name for a kind. */
export function nameJob(kind: string): JobNames {
  const words = kind.split(/[.-]/);
  if (!wellFormed.test(kind) || !kind.includes(".") || kind.length > maxLength) {
    throw new Error(
      `"${kind}" is no name for a kind. It says of what and then what happens to it, in small letters, as in ` +
        `reports.build or credit-notes.send, and is at most ${maxLength} characters long.`,
    );
  }
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return {
    kind,
    file: words.join("-"),
    contract: words[0] + pascal.slice(words[0]!.length),
    handler: `handle${pascal}`,
  };
}
