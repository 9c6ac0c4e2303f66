type Path = readonly (string | number)[];

/** Tells how a number was written in a JSON text. Parses the text again, so only once and only if it is asked. */
export function createNumberSources(text: string): (path: Path) => string {
  let sources: unknown;
  return (path) => {
    sources ??= JSON.parse(text, keepSource);
    return String(path.reduce((node, key) => (node as Record<string | number, unknown>)[key], sources));
  };
}

function keepSource(_key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === "number" ? context?.source : value;
}
