/**
 * Tells whether a `Host` is meant by a pattern: a name, an address, `*.` and a name for all below it, or `*`, each with a
 * port if it means only that one. The pattern is read once.
 */
export function matchHost(pattern: string): (host: string) => boolean {
  const wanted = split(pattern);
  return (host) => {
    const given = split(host);
    if (wanted.port !== undefined && wanted.port !== given.port) return false;
    if (wanted.name === "*") return true;
    return wanted.name.startsWith("*.") ? given.name.endsWith(wanted.name.slice(1)) : given.name === wanted.name;
  };
}

/** A name may end with a dot, and means the same. */
function split(host: string) {
  const [, name = "", port] = /^(.*?)\.?(?::(\d+))?$/.exec(host.toLowerCase()) ?? [];
  return { name, port };
}
