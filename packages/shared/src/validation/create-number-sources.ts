type Path = readonly (string | number)[];

/** Tells how a number was written in a JSON text. Asks for the text and parses it again only if it is asked, and only once. */
export function createNumberSources(textOf: () => string): (path: Path) => string {
  let sources: unknown;
  return (path) => {
    sources ??= JSON.parse(textOf(), keepSource);
    return String(path.reduce((node, key) => (node as Record<string | number, unknown>)[key], sources));
  };
}

function keepSource(_key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === "number" ? context?.source : value;
}
